#!/bin/sh
# Brings the programs that the tests start: installs what is missing where that is possible (Debian, root) and names the
# command where it is not. It never fails the run by itself: suites whose program is missing say so (in CI they fail).
set -u
cd "$(dirname "$0")/.." || exit 1

packages='pcscd libpcsclite-dev libpcsclite1 vsmartcard-vpcd opensc slapd ldap-utils redis-server openssl chromium
  fonts-noto-cjk python3-ldap3 python3-aiosmtpd tinyproxy python3 make g++
  freeradius freeradius-ldap freeradius-utils
  nslcd libnss-ldapd libpam-ldapd sssd-ldap pamtester
  apache2-bin libapache2-mod-auth-openidc'
policy=/usr/sbin/policy-rc.d
saved_policy=$policy.before-kazasu
names=/etc/nsswitch.conf
saved_names=$names.before-kazasu

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
  for package in $packages; do
    is_installed "$package" || printf '%s ' "$package"
  done
}

# Modules for logins put themselves into PAM and nsswitch.conf as they are installed. Ours are for hosts that tests make
# up: this machine's own logins stay as they were, also when another package has PAM set up anew.
keep_logins() {
  [ ! -e "$names" ] || cp -p "$names" "$saved_names"
  pam_profiles=$(ls /usr/share/pam-configs 2>/dev/null)
}

restore_logins() {
  [ ! -e "$saved_names" ] || mv "$saved_names" "$names"
  for profile in $(ls /usr/share/pam-configs 2>/dev/null); do
    printf '%s\n' "$pam_profiles" | grep -qx "$profile" && continue
    pam-auth-update --package --remove "$profile"
    printf '%s\n' "$profile" >>/var/lib/pam/seen
  done
}

# Debian starts a service as soon as it is installed; the tests start their own, on ports of their own.
forbid_service_starts() {
  [ ! -e "$policy" ] || mv "$policy" "$saved_policy"
  trap 'restore_policy; restore_logins; exit 1' INT TERM HUP
  trap restore_policy EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

restore_policy() {
  rm -f "$policy"
  [ ! -e "$saved_policy" ] || mv "$saved_policy" "$policy"
  trap - EXIT INT TERM HUP
}

# What we installed shall not come up at the next start of the machine either.
disable_services_of() {
  command -v systemctl >/dev/null || return 0
  for package in "$@"; do
    case $package in
      slapd | redis-server | tinyproxy | nslcd | freeradius) systemctl disable --quiet "$package.service" ;;
      sssd-ldap) systemctl disable --quiet sssd.service sssd-nss.socket sssd-pam.socket sssd-pam-priv.socket ;;
      pcscd) systemctl disable --quiet pcscd.socket pcscd.service ;;
    esac
  done >/dev/null 2>&1
}

install_packages() {
  keep_logins
  forbid_service_starts
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q && apt-get install -q -y --no-install-recommends "$@"
  code=$?
  restore_policy
  restore_logins
  [ "$code" -eq 0 ] && disable_services_of "$@"
  return "$code"
}

missing=$(missing_packages)
if [ -n "$missing" ]; then
  if ! command -v dpkg-query >/dev/null; then
    echo "Some tests need Debian packages that this machine does not offer; they will be skipped: $missing"
  elif [ "$(id -u)" -ne 0 ]; then
    echo "For all tests to run: sudo apt-get install $missing"
  else
    echo "Installing what the tests need: $missing"
    # shellcheck disable=SC2086 # one word a package
    install_packages $missing </dev/null || echo "Could not install them. By hand: apt-get install $missing"
  fi
fi

# npm leaves the PC/SC binding out when it is installed before the headers are there.
if [ ! -d node_modules/smartcard/build/Release ] && [ -e /usr/include/PCSC/winscard.h ]; then
  echo 'Building the PC/SC binding, now that its headers are there: npm ci'
  npm ci </dev/null || echo 'npm ci failed; the tests of the reader will say so.'
fi
exit 0
