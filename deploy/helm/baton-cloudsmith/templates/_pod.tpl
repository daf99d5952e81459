{{/* What Deployments, CronJobs and tests share. Each template takes a dict of root (the chart) and organization. */}}

{{/* Names are cut at 51 characters, the most that a CronJob may have. A long release name is cut to its begin and a hash
     of the whole, so that two releases of one namespace never meet. */}}
{{- define "baton.release" -}}
{{- if le (len .Release.Name) 20 -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc 11 | trimSuffix "-") (.Release.Name | sha256sum | trunc 8) -}}
{{- end -}}
{{- end -}}

{{- define "baton.name" -}}
{{- printf "%s-%s" (include "baton.release" .root) .organization.name -}}
{{- end -}}

{{- define "baton.labels" -}}
{{ include "baton.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "baton.selector" -}}
app.kubernetes.io/name: baton-cloudsmith
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .organization.name }}
{{- end -}}

{{/* Labels of the pods' template, and the annotations of all and of this organization. */}}
{{- define "baton.podMetadata" -}}
labels: {{- include "baton.labels" . | nindent 2 }}
{{- with merge (dict) (.organization.podAnnotations | default dict) .root.Values.podAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "baton.pod" -}}
serviceAccountName: {{ .root.Release.Name }}-baton-cloudsmith
automountServiceAccountToken: false
terminationGracePeriodSeconds: 20
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* How many tasks run at once: as many as a service is told to, one in a CronJob. */}}
{{- define "baton.tasks" -}}
{{- if eq .organization.mode "service" -}}
{{- .organization.tasks | default .root.Values.tasks -}}
{{- else -}}1{{- end -}}
{{- end -}}

{{/* The certificates of the organization, or those of all, as YAML. */}}
{{- define "baton.authority" -}}
{{- toYaml (.organization.certificateAuthority | default .root.Values.certificateAuthority) -}}
{{- end -}}

{{/* Memory and scratch space follow from the tasks at once, by the figures of one sync (Sizing in docs/operations.md). */}}
{{- define "baton.resources" -}}
{{- $own := .organization.resources | default dict -}}
{{- $limits := dict "memory" (printf "%dMi" (add 256 (mul 256 (include "baton.tasks" . | int)))) -}}
{{- toYaml (mergeOverwrite (dict "limits" $limits) (deepCopy .root.Values.resources) (deepCopy $own)) -}}
{{- end -}}

{{- define "baton.scratchSize" -}}
{{- with (.organization.scratch | default dict).size | default .root.Values.scratch.size -}}
{{- . -}}
{{- else -}}
{{- printf "%dGi" (mul 2 (include "baton.tasks" . | int)) -}}
{{- end -}}
{{- end -}}

{{- define "baton.container" -}}
name: baton-cloudsmith
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: ["ALL"]
resources: {{- include "baton.resources" . | nindent 2 }}
{{- with concat (.args | default list) (.organization.args | default list) }}
args: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with concat .root.Values.envFrom (.organization.envFrom | default list) }}
envFrom: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "baton.env" -}}
- name: BATON_ORG_SLUG
  value: {{ .organization.slug | quote }}
- name: BATON_API_KEY_FILE
  value: /secrets/api-key
{{- with .organization.engine | default .root.Values.engine }}
- name: BATON_STORAGE_ENGINE
  value: {{ . }}
{{- end }}
{{- range .organization.requested | default .root.Values.requested }}
- name: BATON_SYNC_{{ . | upper | replace "-" "_" }}
  value: "true"
{{- end }}
{{- with include "baton.authority" . | fromYaml }}
- name: NODE_EXTRA_CA_CERTS
  value: /certificates/{{ .key }}
{{- end }}
{{- range $name, $value := merge (dict) (.organization.env | default dict) .root.Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* What is mounted besides data and scratch space. */}}
{{- define "baton.mounts" -}}
- name: secrets
  mountPath: /secrets
  readOnly: true
{{- if include "baton.authority" . | fromYaml }}
- name: certificates
  mountPath: /certificates
  readOnly: true
{{- end }}
{{- with concat .root.Values.extraVolumeMounts (.organization.extraVolumeMounts | default list) }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Takes root, organization and keys: those of the secret that are mounted. */}}
{{- define "baton.volumes" -}}
- name: secrets
  secret:
    secretName: {{ .organization.secretName }}
    defaultMode: 0440
    items:
    {{- range .keys }}
      - key: {{ . }}
        path: {{ . }}
    {{- end }}
{{- with include "baton.authority" . | fromYaml }}
- name: certificates
  {{- if .configMap }}
  configMap:
    name: {{ .configMap }}
  {{- else }}
  secret:
    secretName: {{ .secret }}
  {{- end }}
    items:
      - key: {{ .key }}
        path: {{ .key }}
{{- end }}
{{- with concat .root.Values.extraVolumes (.organization.extraVolumes | default list) }}
{{ toYaml . }}
{{- end }}
{{- end -}}
