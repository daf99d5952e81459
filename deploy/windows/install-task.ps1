# Runs the connector as a task that starts with the machine, and again within five minutes when it has ended; without a
# client id it syncs every morning. Run this once as administrator, with the executable at
# C:\Program Files\baton-cloudsmith\baton-cloudsmith.exe, and again after a change here.
# The secrets are asked for, and kept in files that only administrators and the task's account can read.
#Requires -RunAsAdministrator
$ErrorActionPreference = 'Stop'
$name = 'baton-cloudsmith-ORGANIZATION'
$clientId = 'CLIENT_ID'
$program = Join-Path $env:ProgramFiles 'baton-cloudsmith\baton-cloudsmith.exe'
$folder = Join-Path $env:ProgramData $name

New-Item -ItemType Directory -Force -Path $folder | Out-Null
# Administrators and LOCAL SERVICE, by numbers: their names differ between languages.
icacls $folder /inheritance:r /grant '*S-1-5-32-544:(OI)(CI)F' '*S-1-5-19:(OI)(CI)M' | Out-Null
if ($LASTEXITCODE -ne 0) { throw "icacls could not protect $folder" }

function Save-Secret([string] $file, [string] $prompt) {
  $secret = [System.Net.NetworkCredential]::new('', (Read-Host $prompt -AsSecureString)).Password
  [System.IO.File]::WriteAllText((Join-Path $folder $file), $secret)
}

$settings = @('org-slug: ORGANIZATION', "api-key-file: '$folder\api-key'", "log-path: '$folder\baton-cloudsmith.log'")
Save-Secret 'api-key' 'Cloudsmith API key'
if ($clientId -ne '') {
  Save-Secret 'client-secret' 'ConductorOne client secret'
  $settings += @("client-id: '$clientId'", "client-secret-file: '$folder\client-secret'")
  # A task that ended with an error is not started again by itself. Those that begin while one runs are passed over.
  $again = New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 5)
  $triggers = @((New-ScheduledTaskTrigger -AtStartup), $again)
} else {
  $settings += "file: '$folder\sync.c1z'"
  $triggers = @(New-ScheduledTaskTrigger -Daily -At '05:30')
}
Set-Content -Path (Join-Path $folder '.baton.yaml') -Value $settings

$action = New-ScheduledTaskAction -Execute $program -WorkingDirectory $folder
$principal = New-ScheduledTaskPrincipal -UserId 'LOCALSERVICE' -LogonType ServiceAccount -RunLevel Limited
$limits = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -MultipleInstances IgnoreNew `
  -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName $name -Action $action -Trigger $triggers -Principal $principal -Settings $limits -Force |
  Out-Null
Start-ScheduledTask -TaskName $name
