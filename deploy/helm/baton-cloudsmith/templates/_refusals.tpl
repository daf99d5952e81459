{{/* What no schema can say: values that would meet, and mounts of nothing. */}}
{{- define "baton.refusals" -}}
{{- $seen := dict -}}
{{- range $organization := .Values.organizations -}}
{{- $wanted := dict "name" .name -}}
{{- if .file -}}{{- $_ := set $wanted "file" .file -}}{{- end -}}
{{- if .clientId -}}{{- $_ := set $wanted "clientId" .clientId -}}{{- end -}}
{{- range $what, $value := $wanted -}}
{{- $key := printf "%s %s" $what $value -}}
{{- with get $seen $key -}}
{{- fail (printf "organizations %s and %s have the same %s, %s: each needs one of its own" . $organization.name $what $value) -}}
{{- end -}}
{{- $_ := set $seen $key $organization.name -}}
{{- end -}}
{{- $volumes := dict -}}
{{- range concat $.Values.extraVolumes (.extraVolumes | default list) -}}
{{- if hasKey $volumes .name -}}
{{- fail (printf "organization %s has two extraVolumes %s, its own and those of all taken together" $organization.name .name) -}}
{{- end -}}
{{- $_ := set $volumes .name true -}}
{{- end -}}
{{- $paths := dict -}}
{{- range concat $.Values.extraVolumeMounts (.extraVolumeMounts | default list) -}}
{{- if not (hasKey $volumes .name) -}}
{{- fail (printf "organization %s has no extraVolumes %s, which extraVolumeMounts names" $organization.name .name) -}}
{{- end -}}
{{- if hasKey $paths .mountPath -}}
{{- fail (printf "organization %s has two extraVolumeMounts at %s, its own and those of all taken together" $organization.name .mountPath) -}}
{{- end -}}
{{- $_ := set $paths .mountPath true -}}
{{- end -}}
{{- end -}}
{{- end -}}
