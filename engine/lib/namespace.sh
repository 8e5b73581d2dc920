#!/bin/sh
# Starts the engine inside namespaces of its own: `unshare --mount --pid ... namespace.sh`.
#
# Mount: the engine bind-mounts over /etc/resolv.conf and writes to fixed paths;
# in the host's namespace a second start copied that file onto itself without
# end. Everything it writes outside its state folder goes to a tmpfs here.
# Process: when this script, their first process, ends, the kernel ends every
# container, dnsmasq and the engine with it. Nothing can be left behind.
#
# Arguments: ROOT BIN CONTENT CONFIG, then the engine's own.
set -eu
root=$1 bin=$2 content=$3 config=$4
shift 4

mkdir -p "$root" /run/containers /run/buildkit /var/lib/cni
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir "$root/bin" "$root/content" "$root/ca" "$root/cni" "$root/etc-upper" "$root/etc-work"
mount --bind "$bin" "$root/bin"
mount --bind "$content" "$root/content"
ln -s "$(command -v runc)" "$root/runc"
ln -s /usr/lib/cni/* "$root/cni/"
ln -s "$root/bin/dnsname" "$root/cni/dnsname"

# The rules for all containers are there already (network.mjs), so that none are made for each: the
# bridge does no masquerading, and a plugin that changes nothing takes the place of the firewall.
ln -sf "$(readlink -f /usr/lib/cni/tuning)" "$root/cni/firewall"
rm "$root/cni/bridge"
printf '#!/bin/sh\nsed "s/\\"ipMasq\\": *true/\\"ipMasq\\":false/" | %s\n' /usr/lib/cni/bridge > "$root/cni/bridge"
chmod +x "$root/cni/bridge"

# By default dnsmasq takes port 53 of every address and ignores what comes from
# elsewhere: no second engine starts, nor one beside the host's own name server.
dnsmasq=$(command -v dnsmasq)
mkdir "$root/path"
printf '#!/bin/sh\nexec %s --bind-dynamic "$@"\n' "$dnsmasq" > "$root/path/dnsmasq"
chmod +x "$root/path/dnsmasq"
PATH=$root/path:$PATH

# Address leases and name servers of a crashed engine must not be found.
for folder in /run/containers /run/buildkit /var/lib/cni; do mount -t tmpfs tmpfs "$folder"; done

# A name server behind a link (systemd-resolved) must stay readable when /etc is covered.
resolv=$(cat /etc/resolv.conf)
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$root/etc-upper,workdir=$root/etc-work" /etc
rm -f /etc/resolv.conf
printf '%s\n' "$resolv" > /etc/resolv.conf
mkdir -p /etc/dagger
cp "$config" /etc/dagger/engine.json
: > "$root/engine.toml"

"$root/bin/dagger-engine" --config "$root/engine.toml" --oci-cni-binary-dir "$root/cni" "$@" &
engine=$!
# The first process of a namespace gets no default signal handlers: pass them on.
trap 'kill -TERM $engine' TERM INT
code=0
wait $engine || code=$?
# A trapped signal ends `wait` early; the engine then still closes its databases.
while kill -0 $engine 2> /dev/null; do wait $engine || code=$?; done
exit $code
