{{/*
When each CronJob without a schedule of its own runs, as a mapping from its name to minute and hour. A hash of the name
picks the minute of the window, so that it is the same at each rendering. A minute that is full gives way to the next one:
no more than spread.perMinute begin at once. Organizations are taken in the order of their names.
*/}}
{{- define "baton.schedules" -}}
{{- $spread := .Values.spread -}}
{{- $byName := dict -}}
{{- range .Values.organizations -}}
{{- if and (eq .mode "cron") (not .schedule) -}}{{- $_ := set $byName .name true -}}{{- end -}}
{{- end -}}
{{- $room := mul $spread.minutes $spread.perMinute -}}
{{- if gt (len $byName) (int $room) -}}
{{- fail (printf "%d organizations have no schedule of their own, and spread has room for %d: raise spread.minutes or spread.perMinute" (len $byName) $room) -}}
{{- end -}}
{{- $taken := dict -}}
{{- $schedules := dict -}}
{{- range $name := keys $byName | sortAlpha -}}
{{- $state := dict "minute" (mod (sha256sum $name | adler32sum | int64) (int64 $spread.minutes)) "found" false -}}
{{- range until (int $spread.minutes) -}}
{{- if not $state.found -}}
{{- $key := toString $state.minute -}}
{{- $count := get $taken $key | default 0 | int -}}
{{- if lt $count (int $spread.perMinute) -}}
{{- $_ := set $taken $key (add1 $count) -}}
{{- $_ := set $state "found" true -}}
{{- else -}}
{{- $_ := set $state "minute" (mod (add1 $state.minute) (int64 $spread.minutes)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $minuteOfDay := mod (add (mul 60 $spread.fromHour) $state.minute) 1440 -}}
{{- $_ := set $schedules $name (printf "%d %d * * *" (mod $minuteOfDay 60) (div $minuteOfDay 60)) -}}
{{- end -}}
{{- toYaml $schedules -}}
{{- end -}}
