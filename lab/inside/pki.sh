# shellcheck shell=bash
# The lab's certificates: its own authority, and one that nobody here trusts. Sourced, never run.

LAB_PKI=$LAB_DIR/pki
# shellcheck disable=SC2034
FOREIGN_PKI=$LAB_DIR/pki-foreign
NEW_KEY=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)

make_authority() { # DIR NAME
  [[ ! -s $1/cacert.pem ]] || return 0
  mkdir -p "$1"
  chmod 700 "$1"
  openssl req -x509 "${NEW_KEY[@]}" -days 3650 -subj "/O=$2/CN=authority" -addext keyUsage=critical,keyCertSign \
    -keyout "$1/cakey.pem" -out "$1/cacert.new" 2>"$1/log" || fail "openssl made no authority: $(tail -1 "$1/log")"
  mv "$1/cacert.new" "$1/cacert.pem"
}

issue() { # AUTHORITY DAYS server|client NAME CERTIFICATE KEY [SUBJECT-ALTERNATIVE-NAME]
  local usage="basicConstraints=critical,CA:FALSE
keyUsage=digitalSignature,keyEncipherment
extendedKeyUsage=${3}Auth
${7:+subjectAltName=$7}"
  openssl req -new "${NEW_KEY[@]}" -subj "/O=virt-ferry lab/CN=$4" -keyout "$6" 2>"$1/log" |
    openssl x509 -req -CA "$1/cacert.pem" -CAkey "$1/cakey.pem" -CAcreateserial -days "$2" \
      -extfile <(echo "$usage") -out "$5" 2>>"$1/log" || fail "openssl issued no certificate for $4: $(tail -1 "$1/log")"
}

issue_server() { # AUTHORITY DAYS HOST [NAME]: libvirtd's, which is QEMU's too
  local pki names
  pki=$(host_dir "$3")/root/etc/pki
  names=${4:+DNS:$4}
  issue "$1" "$2" server "${4:-$3}" "$pki/libvirt/servercert.pem" "$pki/libvirt/private/serverkey.pem" \
    "${names:-DNS:$3,IP:$(host_address "$3")}"
  cp "$pki/libvirt/servercert.pem" "$pki/qemu/server-cert.pem"
  cp "$pki/libvirt/private/serverkey.pem" "$pki/qemu/server-key.pem"
}

# A directory that pkipath can name.
issue_client() { # AUTHORITY DAYS DIR NAME
  mkdir -p "$3"
  cp "$1/cacert.pem" "$3/cacert.pem"
  issue "$1" "$2" client "$4" "$3/clientcert.pem" "$3/clientkey.pem"
}

certify_host() { # HOST
  local pki
  pki=$(host_dir "$1")/root/etc/pki
  mkdir -p "$pki"/{CA,libvirt/private,qemu}
  chmod 700 "$pki/libvirt/private" "$pki/qemu"
  cp "$LAB_PKI/cacert.pem" "$pki/CA/cacert.pem"
  cp "$LAB_PKI/cacert.pem" "$pki/qemu/ca-cert.pem"
  issue_server "$LAB_PKI" 3650 "$1"
  issue "$LAB_PKI" 3650 client "$1" "$pki/libvirt/clientcert.pem" "$pki/libvirt/private/clientkey.pem"
  cp "$pki/libvirt/clientcert.pem" "$pki/qemu/client-cert.pem"
  cp "$pki/libvirt/private/clientkey.pem" "$pki/qemu/client-key.pem"
}
