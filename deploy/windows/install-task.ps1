# Runs the connector as a task that starts with the machine and is started again when it ends with an error. Run it once
# as administrator, with the executable at C:\Program Files\baton-cloudsmith\baton-cloudsmith.exe.
# The secrets are asked for, and kept in files that only administrators and the task's account can read.
#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
$name = 'baton-cloudsmith-ORGANIZATION'
$clientId = 'CLIENT_ID'
$program = Join-Path $env:ProgramFiles 'baton-cloudsmith\baton-cloudsmith.exe'
$folder = Join-Path $env:ProgramData $name
$account = 'NT AUTHORITY\LOCAL SERVICE'

New-Item -ItemType Directory -Force -Path $folder | Out-Null
icacls $folder /inheritance:r /grant 'Administrators:(OI)(CI)F' "${account}:(OI)(CI)M" | Out-Null

function Save-Secret([string] $file, [string] $prompt) {
  $secret = [System.Net.NetworkCredential]::new('', (Read-Host $prompt -AsSecureString)).Password
  [System.IO.File]::WriteAllText((Join-Path $folder $file), $secret)
}

$settings = @('org-slug: ORGANIZATION', "api-key-file: $folder\api-key", "file: $folder\sync.c1z")
Save-Secret 'api-key' 'Cloudsmith API key'
if ($clientId -ne '') {
  Save-Secret 'client-secret' 'ConductorOne client secret'
  $settings += @("client-id: '$clientId'", "client-secret-file: $folder\client-secret")
}
Set-Content -Path (Join-Path $folder '.baton.yaml') -Value $settings

$action = New-ScheduledTaskAction -Execute $program -WorkingDirectory $folder
if ($clientId -ne '') { $trigger = New-ScheduledTaskTrigger -AtStartup }
else { $trigger = New-ScheduledTaskTrigger -Daily -At '05:30' }
$principal = New-ScheduledTaskPrincipal -UserId $account -LogonType ServiceAccount -RunLevel Limited
$limits = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
  -ExecutionTimeLimit ([TimeSpan]::Zero) -MultipleInstances IgnoreNew -StartWhenAvailable
Register-ScheduledTask -TaskName $name -Action $action -Trigger $trigger -Principal $principal -Settings $limits -Force |
  Out-Null
Start-ScheduledTask -TaskName $name
# Status: Get-ScheduledTaskInfo -TaskName NAME. Stop: Stop-ScheduledTask. Remove: Unregister-ScheduledTask, then the folder.
