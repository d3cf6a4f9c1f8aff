#!/bin/sh
# Asks the payment device for its status. curl 7.55 or later, built with OpenSSL: sh status.sh
# curl sends one WebSocket message and listens for five seconds: good for trying out, not for selling.
set -eu

kit=${1:-"$(dirname "$0")/.."}
listen_for_s=${POS_LISTEN_SECONDS:-5}

# A plain value of connection.json.
value() {
  sed -n 's/^ *"'"$1"'": "\{0,1\}\([^",]*\)"\{0,1\},\{0,1\}$/\1/p' "$kit/connection.json" | head -n 1
}

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

host=$(value host)
port=$(value port)
name=$(value expectedSan)
[ "$name" != null ] || fail 'This device has no serial number in its certificate; use another sample.'
case $host in *:*) host="[$host]" ;; esac

password=
if grep -q ENCRYPTED "$kit/pos-private-key.pem"; then
  if [ -n "${POS_KEY_PASSWORD+given}" ]; then
    password=$POS_KEY_PASSWORD
  elif [ -t 0 ]; then
    printf 'Password of the connection kit: ' >&2
    stty -echo
    trap 'stty echo' INT TERM EXIT
    IFS= read -r password
    stty echo
    trap - INT TERM EXIT
    printf '\n' >&2
  else
    IFS= read -r password || true
  fi
fi

# A WebSocket text frame of 24 bytes, masked with zeros (RFC 6455 section 5.2).
frame=$(mktemp)
answer=$(mktemp)
trap 'rm -f "$frame" "$answer"' EXIT
printf '\201\230\0\0\0\0{"type":"StatusRequest"}' >"$frame"

# pos-certificate.pem holds the POS certificate and its intermediates; they are presented together. curl connects to
# the address, but expects the name with the serial number in the certificate. Trusts the Root CA and
# nothing else: --capath takes the system's certificates away. The password goes by standard input, not by the
# arguments, which other users can see.
code=0
printf 'pass = "%s"\n' "$(printf '%s' "$password" | sed 's/[\\"]/\\&/g')" |
  curl --config - --silent --fail --no-buffer --http1.1 --tlsv1.2 --max-time "$listen_for_s" \
    --cert "$kit/pos-certificate.pem" --key "$kit/pos-private-key.pem" \
    --cacert "$kit/root-ca.pem" --capath "$kit" --connect-to "$name:$port:$host:$port" --noproxy '*' \
    --header 'Connection: Upgrade' --header 'Upgrade: websocket' --header 'Sec-WebSocket-Version: 13' \
    --header 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==' --header 'Content-Length:' --header 'Expect:' \
    --request-target / --request GET --upload-file "$frame" --output "$answer" "https://$name:$port/" || code=$?

case $code in
  0 | 28) ;;
  58) fail 'The key cannot be opened: wrong password, or a damaged file.' ;;
  60) fail 'Another device answered, or one that does not belong to the Root CA.' ;;
  *) fail "No connection: curl ended with code $code." ;;
esac
# Without the head of the frame.
text=$(LC_ALL=C sed -n 's/^[^{]*{/{/p' "$answer" | head -n 1)
[ -n "$text" ] || fail 'The device did not answer.'
printf '%s\n' "$text"
