/** Capabilities that an app keeps: Docker's default set without those that make device files and raw sockets. */
const capabilities = [
  "chown",
  "dac_override",
  "fowner",
  "fsetid",
  "kill",
  "net_bind_service",
  "setfcap",
  "setgid",
  "setpcap",
  "setuid",
  "sys_chroot",
];

/** One user id exists inside, so owners cannot be kept: these succeed and do nothing. */
const ownerPrograms = [
  ["chown", "chgrp", "adduser", "useradd", "usermod", "deluser", "userdel"],
  ["addgroup", "groupadd", "groupmod", "delgroup", "groupdel", "chpasswd", "passwd"],
].flat();

/** They would change a system that is this machine's, not the image's. */
export const packageManagers = [
  ["apk", "apt", "apt-get", "aptitude", "dnf", "microdnf", "pacman", "rpm", "tdnf", "yum", "zypper"],
].flat();

/** Start a program as another user; here there is one. */
const userSwitches = ["gosu", "su-exec"];

/** What images of Node have. Source: github.com/nodejs/docker-node, YARN_VERSION. */
const yarnVersion = "1.22.22";

/** Exit status of a program that stands for a package manager. */
export const packageManagerStatus = 100;

/** Exit status of a sandbox that could not be set up. */
export const setupFailedStatus = 125;

/** What the shell that starts a program prints when it cannot: `sandbox: 1: exec: ./server: not found`. */
export const execFailure = /^sandbox: (?:line )?\d+: exec: (.*): (.*)$/;

/** Names of the variables that carry a request; nothing inside sees them, or any other with this beginning. */
export const variablePrefix = "GREENLIGHT_";

/**
 * Leaves the machine behind and starts the command, as the last step of every way into a sandbox. The tools that it uses
 * before the privileges are gone come from `/usr` of the stage, which no image can change.
 */
export const dropAndStart = `exec setpriv --no-new-privs --inh-caps=-all \\
  --bounding-set=-all,${capabilities.map((name) => `+${name}`).join(",")} \\
  chroot /new /bin/sh -c '
    cd -- "$GREENLIGHT_DIRECTORY" || exit ${setupFailedStatus}
    eval "$GREENLIGHT_ENVIRONMENT"
    unset PWD OLDPWD SHLVL
    for name in \${GREENLIGHT_NAMES}; do unset "$name"; done
    exec "$@"' sandbox "$@"`;

/** In the new PID namespace: the machine's file systems become unreachable. */
export const enterStage = `
set -eu
stage=$GREENLIGHT_WRITABLE/stage
new=$stage/new
# As the machine numbers it, whose /proc this still is.
read -r id rest </proc/self/stat
echo "$id" >"$GREENLIGHT_WRITABLE/init"
fail() { echo "sandbox: $*" >&2; exit ${setupFailedStatus}; }
mount -t proc proc "$new/proc" || fail "cannot mount /proc"
if [ "$GREENLIGHT_UID" = 0 ]; then
  for name in sys sysrq-trigger irq bus fs; do
    [ ! -e "$new/proc/$name" ] || mount -o bind,ro "$new/proc/$name" "$new/proc/$name" || fail "cannot close /proc/$name"
  done
fi
cd "$stage"
pivot_root . old || fail "cannot change the root"
umount -l /old || fail "cannot leave the machine's file systems"
[ -z "\${GREENLIGHT_HOLD:-}" ] || { echo started >&3; exec 3>&-; }
${dropAndStart}
`;

const stub = (names: readonly string[], text: string): string =>
  `for name in ${names.join(" ")}; do for directory in $programs; do echo '${text}' >"$base/$directory/$name"; done; done`;

/**
 * Builds the sandbox's file system in a mount namespace of its own. Below \`stage\`, a tmpfs: \`usr\`, the machine's tools,
 * read-only; \`base\`, what every image begins with; \`new\`, the root that the command sees.
 */
export const setUp = `
set -eu
umask 022
image=$GREENLIGHT_IMAGE
writable=$GREENLIGHT_WRITABLE
stage=$writable/stage base=$writable/stage/base new=$writable/stage/new
fail() { echo "sandbox: $*" >&2; exit ${setupFailedStatus}; }

mkdir -p "$stage" "$writable/upper" "$writable/work"
mount -t tmpfs -o mode=0755 stage "$stage" || fail "cannot mount a tmpfs"

# Folders and links of the machine's system. An unprivileged user may write where base has a folder of the same name.
links= systems=usr programs=usr/bin
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then links="$links /$name"; elif [ -d "/$name" ]; then systems="$systems $name"; fi
done
for name in usr/sbin bin sbin; do [ -L "/$name" ] || [ ! -d "/$name" ] || programs="$programs $name"; done
folders=
for name in usr/lib usr/lib/node_modules usr/include usr/share usr/src usr/local usr/local/bin usr/local/sbin \\
  usr/local/etc usr/local/include usr/local/lib usr/local/lib/node_modules usr/local/share $programs $systems; do
  [ -L "/$name" ] || folders="$folders $base/$name"
done
for name in dev etc/ssl etc/pki/tls home/node media mnt opt proc root run srv tmp var/cache var/lib var/log var/tmp; do
  folders="$folders $base/$name"
done
[ ! -d /nix/store ] || folders="$folders $base/nix/store $stage/nix/store"
mkdir -p "$new" "$stage/old" "$stage/empty" $folders
for name in $systems; do mkdir -p "$stage/$name" "$writable/upper/$name.system" "$writable/work/$name.system"; done
mkdir -p "$writable/upper/root" "$writable/work/root"
[ -z "$links" ] || { cp -P $links "$stage/"; cp -P $links "$base/"; }
ln -s new/proc "$stage/proc"
chmod 1777 "$base/tmp" "$base/var/tmp"

# Of /etc only what programs need to find names, certificates and libraries.
allowed=
for name in alternatives ca-certificates ca-certificates.conf crypto-policies fonts gai.conf host.conf hosts ld.so.cache \\
  ld.so.conf ld.so.conf.d mime.types nsswitch.conf os-release debian_version protocols services; do
  [ ! -e "/etc/$name" ] || allowed="$allowed /etc/$name"
done
[ -z "$allowed" ] || cp -RP $allowed "$base/etc/" 2>/dev/null || :
cp -RP /etc/ssl/certs /etc/ssl/cert.pem /etc/ssl/openssl.cnf "$base/etc/ssl/" 2>/dev/null || :
[ ! -d /etc/pki ] || cp -RP /etc/pki/ca-trust "$base/etc/pki/" 2>/dev/null || :
[ ! -d /etc/pki/tls ] || cp -RP /etc/pki/tls/certs /etc/pki/tls/cert.pem "$base/etc/pki/tls/" 2>/dev/null || :
[ ! -e /etc/resolv.conf ] || cat /etc/resolv.conf >"$base/etc/resolv.conf"
echo "root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
node:x:1000:1000::/home/node:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin" >"$base/etc/passwd"
echo "root:x:0:
www-data:x:33:
node:x:1000:
nogroup:x:65534:" >"$base/etc/group"
if [ -n "\${GREENLIGHT_HOST_NAME:-}" ]; then
  echo "$GREENLIGHT_HOST_NAME" >"$base/etc/hostname"
  echo "127.0.0.1 $GREENLIGHT_HOST_NAME" >>"$base/etc/hosts"
  hostname "$GREENLIGHT_HOST_NAME" 2>/dev/null || :
fi

${stub(ownerPrograms, "#!/bin/sh")}
${stub(userSwitches, '#!/bin/sh\nshift; exec "$@"')}
${stub(
  packageManagers,
  `#!/bin/sh\necho "\${0##*/} is not run here: this machine stands in for the base image. Use --runtime docker." >&2; exit ${packageManagerStatus}`,
)}
for directory in $programs; do chmod 755 "$base/$directory"/*; done

# Mount points in base leave nothing behind in the image.
[ -z "\${GREENLIGHT_NODE:-}" ] || : >"$base/usr/local/bin/node"
# In /usr/bin, so that \`npm install -g npm\` finds nothing of another's in /usr/local/bin.
modules=/usr/lib/node-of-this-machine
if [ -n "\${GREENLIGHT_NODE_MODULES:-}" ]; then
  mkdir -p "$base$modules"
  for name in npm npx; do ln -sf "$modules/npm/bin/$name-cli.js" "$base/usr/bin/$name"; done
  [ ! -e "$GREENLIGHT_NODE_MODULES/corepack" ] || ln -sf "$modules/corepack/dist/corepack.js" "$base/usr/bin/corepack"
fi
# Images of Node have Yarn 1.
if [ ! -e /usr/bin/yarn ] && [ ! -e /usr/local/bin/yarn ]; then
  for name in yarn yarnpkg; do echo '#!/bin/sh
export COREPACK_ENABLE_PROJECT_SPEC=0; exec corepack yarn@${yarnVersion} "$@"' >"$base/usr/bin/$name"; chmod 755 "$base/usr/bin/$name"; done
fi
count=0
eval "set_mounts() { \${GREENLIGHT_MOUNTS:-:}; }"
prepare_mount() {
  if [ "$1" = tmpfs ] || [ -d "$2" ]; then mkdir -p "$base$3"; else mkdir -p "$base\${3%/*}"; : >>"$base$3"; fi
}
with_mount=prepare_mount; set_mounts

overlay() { # lower upper target
  mount -t overlay -o "lowerdir=$1,upperdir=$writable/upper/$2,workdir=$writable/work/$2,userxattr" overlay "$3" ||
    fail "cannot mount an overlay in $writable"
}
overlay "$image:$base" root "$new"
for name in $systems proc dev; do
  [ ! -L "$new/$name" ] && [ -d "$new/$name" ] || fail "/$name of the image is not a folder"
done
for name in $systems; do
  mount -t overlay -o "ro,lowerdir=/$name:$stage/empty" overlay "$stage/$name" || fail "cannot mount an overlay"
  lower=$base/$name:/$name
  [ ! -d "$image/$name" ] || lower=$image/$name:$lower
  overlay "$lower" "$name.system" "$new/$name"
done
[ ! -d /nix/store ] || for directory in "$stage" "$new"; do
  mount -o bind,ro /nix/store "$directory/nix/store" || fail "cannot mount /nix/store"
done

real_folder() { # path below new: no component is a link
  path=$new rest=\${1#/}
  while [ -n "$rest" ]; do
    path=$path/\${rest%%/*}
    [ ! -L "$path" ] || fail "$1 leads through a link"
    case $rest in */*) rest=\${rest#*/} ;; *) rest= ;; esac
  done
}
if [ -n "\${GREENLIGHT_NODE_MODULES:-}" ]; then
  real_folder "$modules"
  mount -o bind,ro "$GREENLIGHT_NODE_MODULES" "$new$modules" || fail "cannot mount $GREENLIGHT_NODE_MODULES"
fi
if [ -n "\${GREENLIGHT_NODE:-}" ] && [ ! -s "$new/usr/local/bin/node" ]; then
  real_folder /usr/local/bin/node
  mount -o bind,ro "$GREENLIGHT_NODE" "$new/usr/local/bin/node" || fail "cannot mount $GREENLIGHT_NODE"
fi

mount -t tmpfs -o mode=0755 dev "$new/dev"
mkdir -m 1777 "$new/dev/shm"
for name in null zero full random urandom tty; do
  : >"$new/dev/$name"
  mount --bind "/dev/$name" "$new/dev/$name" || fail "cannot mount /dev/$name"
done
ln -s /proc/self/fd "$new/dev/fd"
for name in 0=stdin 1=stdout 2=stderr; do ln -s "fd/\${name%%=*}" "$new/dev/\${name#*=}"; done

perform_mount() { # how source target
  real_folder "$3"
  count=$((count + 1))
  if [ ! -e "$new$3" ]; then
    # In a folder such as /dev that hides base.
    if [ "$1" = tmpfs ] || [ -d "$2" ]; then mkdir -p "$new$3"; else mkdir -p "$new\${3%/*}"; : >"$new$3"; fi
  fi
  case $1 in
    tmpfs) mount -t tmpfs -o mode=1777 tmpfs "$new$3" ;;
    never) mount -o bind,ro "$2" "$new$3" ;;
    kept) mount --bind "$2" "$new$3" ;;
    discarded)
      mkdir -p "$writable/upper/discarded$count" "$writable/work/discarded$count"
      overlay "$2" "discarded$count" "$new$3" ;;
  esac || fail "cannot mount $3"
}
with_mount=perform_mount; set_mounts
for address in \${GREENLIGHT_ADDRESSES:-}; do
  ip link set lo up && ip address add "$address/32" dev lo || fail "cannot give the sandbox the address $address"
done

# A program may open /dev/stdout again, which a pipe allows and a socket does not. The copies end when nothing writes.
mkfifo "$stage/out" "$stage/err"
setsid env -i PATH="$PATH" cat <"$stage/out" 3>&- &
setsid env -i PATH="$PATH" cat <"$stage/err" >&2 3>&- &
exec >"$stage/out" 2>"$stage/err"
if [ -z "\${GREENLIGHT_HOLD:-}" ]; then
  exec setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount sh -c "$GREENLIGHT_ENTER" sh "$@"
fi
status=0
setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount sh -c "$GREENLIGHT_ENTER" sh "$@" </dev/null || status=$?
echo "ended $status" >&3
read -r release || :
`;
