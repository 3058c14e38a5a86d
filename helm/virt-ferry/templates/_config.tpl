{{/* The application.yaml of the service. What is secret is read from files; see virt-ferry.secrets. */}}
{{- define "virt-ferry.config" -}}
{{- $ferry := dict
  "transports" .Values.transports
  "shared-paths" .Values.sharedPaths
  "limits" (dict
    "outgoing-per-host" (int .Values.limits.outgoingPerHost)
    "incoming-per-host" (int .Values.limits.incomingPerHost)
    "total" (int .Values.limits.total)
    "queued-per-caller" (int .Values.limits.queuedPerCaller)) -}}
{{- with .Values.hosts -}}
{{- $hosts := list -}}
{{- range . -}}
{{- $host := dict "name" .name "uri" .uri -}}
{{- with .peerUri }}{{ $_ := set $host "peer-uri" . }}{{ end -}}
{{- with .migrateUri }}{{ $_ := set $host "migrate-uri" . }}{{ end -}}
{{- with .disksUri }}{{ $_ := set $host "disks-uri" . }}{{ end -}}
{{- $hosts = append $hosts $host -}}
{{- end -}}
{{- $_ := set $ferry "hosts" $hosts -}}
{{- end -}}
{{- $access := dict -}}
{{- with .Values.access.tokens -}}
{{- $tokens := list -}}
{{- range $index, $token := . -}}
{{- $entry := omit $token "key" -}}
{{- $_ := set $entry "sha256" (printf "${secret.token-%d}" $index) -}}
{{- $tokens = append $tokens $entry -}}
{{- end -}}
{{- $_ := set $access "tokens" $tokens -}}
{{- end -}}
{{- with .Values.access.oidc -}}
{{- $jwt := dict -}}
{{- range $name, $value := . }}{{ $_ := set $jwt (kebabcase $name) $value }}{{ end -}}
{{- $_ := set $access "jwt" $jwt -}}
{{- end -}}
{{- with $access }}{{ $_ := set $ferry "access" . }}{{ end -}}
{{- with .Values.webhooks.allowed }}{{ $_ := set $ferry "webhooks" (dict "allowed" .) }}{{ end -}}
{{- $spring := dict "config" (dict "import" "configtree:/etc/virt-ferry/secrets/") -}}
{{- $config := dict
  "ferry" $ferry
  "server" (dict "address" "0.0.0.0" "port" 8080)
  "management" (dict "server" (dict "port" 8081))
  "spring" $spring -}}
{{- with .Values.postgresql -}}
{{- if .url -}}
{{- $_ := set $spring "datasource" (dict "url" .url "username" .username) -}}
{{- $_ := set $config "db-scheduler" (dict "polling-strategy" "lock-and-fetch") -}}
{{- end -}}
{{- end -}}
{{- toYaml (mustMergeOverwrite (deepCopy .Values.config) $config) -}}
{{- end -}}

{{/* The files of /etc/virt-ferry/secrets, each named as the property that it is. */}}
{{- define "virt-ferry.secrets" -}}
{{- range $index, $token := .Values.access.tokens }}
- secret:
    name: {{ $.Values.access.tokensSecret }}
    items:
      - key: {{ $token.key | default $token.name | quote }}
        path: secret.token-{{ $index }}
{{- end }}
{{- if .Values.postgresql.url }}
{{- with .Values.postgresql.passwordSecret }}
- secret:
    name: {{ .name }}
    items:
      - key: {{ .key | quote }}
        path: spring.datasource.password
{{- end }}
{{- end }}
{{- with .Values.webhooks }}
{{- if .allowed }}
- secret:
    name: {{ .signingSecret.name }}
    items:
      - key: {{ .signingSecret.key | quote }}
        path: ferry.webhooks.secrets
{{- end }}
{{- end }}
{{- end -}}
