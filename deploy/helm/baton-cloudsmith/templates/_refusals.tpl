{{/* What no schema can say: values of two organizations that would meet. */}}
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
{{- end -}}
{{- end -}}
