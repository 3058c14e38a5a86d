{{/* What the schema can't say: values that need one another. */}}
{{- define "virt-ferry.checks" -}}
{{- $elsewhere := .Values.configSecret -}}
{{- if and (gt (int .Values.replicas) 1) (not .Values.postgresql.url) -}}
{{- fail (printf "replicas: %d of them need PostgreSQL, as the embedded database serves one process: set postgresql.url, or replicas to 1" (int .Values.replicas)) -}}
{{- end -}}
{{- if and .Values.postgresql.url (not (and .Values.postgresql.username .Values.postgresql.passwordSecret.name)) -}}
{{- fail "postgresql: a url needs username and passwordSecret.name too" -}}
{{- end -}}
{{- if not (or .Values.access.tokens .Values.access.oidc $elsewhere) -}}
{{- fail "access: nobody is configured who may call, and virt-ferry does not start in a pod then: set access.tokens with access.tokensSecret, or access.oidc" -}}
{{- end -}}
{{- if and .Values.access.tokens (not .Values.access.tokensSecret) -}}
{{- fail "access.tokensSecret: name the Secret that holds the SHA-256 of each of access.tokens" -}}
{{- end -}}
{{- if not (or .Values.hosts $elsewhere) -}}
{{- fail "hosts: the inventory is empty: list the hosts that migrations go from and to" -}}
{{- end -}}
{{- range .Values.hosts -}}
{{- if and (hasPrefix "qemu+tls:" (lower .uri)) (not (contains "pkipath=" .uri)) (not $.Values.libvirt.tls.secret) -}}
{{- fail (printf "libvirt.tls.secret: %s is dialled with TLS and there is no client certificate: name the Secret that holds it, or a pkipath in the uri" .name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.webhooks.allowed (not .Values.webhooks.signingSecret.name) -}}
{{- fail "webhooks.signingSecret.name: messages to webhooks.allowed are signed: name the Secret that holds the signing secrets" -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (not .Values.serviceMonitor.tokenSecret.name) -}}
{{- fail "serviceMonitor.tokenSecret.name: metrics are read with a token: name the Secret that holds one of a viewer" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host: say under which name the API is reached" -}}
{{- end -}}
{{- end -}}
