{{/* What Deployments and CronJobs share. Each template takes a dict of root (the chart) and organization. */}}

{{- define "baton.name" -}}
{{- printf "%s-%s" (.root.Release.Name | trunc 20 | trimSuffix "-") .organization.name -}}
{{- end -}}

{{- define "baton.labels" -}}
app.kubernetes.io/name: baton-cloudsmith
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .organization.name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "baton.selector" -}}
app.kubernetes.io/name: baton-cloudsmith
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .organization.name }}
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
resources: {{- toYaml .root.Values.resources | nindent 2 }}
{{- end -}}

{{/* The keys of the secret that are mounted; takes root, organization and keys. */}}
{{- define "baton.secrets" -}}
- name: secrets
  secret:
    secretName: {{ .organization.secretName }}
    defaultMode: 0440
    items:
    {{- range .keys }}
      - key: {{ . }}
        path: {{ . }}
    {{- end }}
{{- end -}}

{{- define "baton.env" -}}
- name: BATON_ORG_SLUG
  value: {{ .organization.slug | quote }}
- name: BATON_API_KEY_FILE
  value: /secrets/api-key
{{- range $name, $value := .root.Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}
