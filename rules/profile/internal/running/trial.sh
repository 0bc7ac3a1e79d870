# Starts the unit that standard input holds, probes it, and stops it.
# Arguments: the service's name, its unit, and the seconds that the probe may take.
# Prints the verdict, how long the probe and the stop took in milliseconds, the
# result of the stop, and after these four lines what was seen.
dir=/h/services/$1 unit=$2.service seconds=$3
cat >"/run/systemd/system/$unit"
systemctl daemon-reload
[ -s "$dir/before.sh" ] && bash "$dir/before.sh"
since=$(date +%s)
systemctl reset-failed "$unit" 2>/dev/null
seen=$(timeout 90 systemctl start "$unit" 2>&1)
verdict=breaks start=$(date +%s%N) end=$((SECONDS + seconds))
while :; do
  state=$(systemctl show -P ActiveState -P Result "$unit" | xargs)
  case $state in
  failed* | inactive*) seen="state $state; $seen"; break ;;
  esac
  export T="t$RANDOM$RANDOM"
  if seen=$(timeout 45 bash "$dir/probe.sh" 2>&1); then
    restarts=$(systemctl show -P NRestarts "$unit")
    if systemctl --quiet is-active "$unit" && [ "${restarts:-0}" = 0 ]; then verdict=ok; break; fi
    seen="the probe succeeded, but the service restarted $restarts times"
  else
    seen="state $state; the probe failed: $seen"
  fi
  ((SECONDS >= end)) && break
  sleep .5
done
before=$(date +%s%N)
probed=$(((before - start) / 1000000))
timeout 25 systemctl stop "$unit" || { systemctl kill -s KILL "$unit"; timeout 9 systemctl stop "$unit"; }
took=$((($(date +%s%N) - before) / 1000000))
result=$(systemctl show -P Result "$unit")
if [ $verdict = ok ] && [ -s "$dir/after.sh" ]; then
  seen=$(timeout 30 bash "$dir/after.sh" 2>&1) || { verdict=breaks; seen="after the stop: $seen"; }
fi
systemctl reset-failed "$unit" 2>/dev/null
printf '%s\n%s\n%s\n%s\n' $verdict $probed $took "$result"
printf '%s\n' "$seen" | tail -n 5 | cut -c 1-300
[ $verdict = ok ] || journalctl --quiet --no-pager -o cat -u "$unit" --since "@$since" | tail -n 15
rm -f "/run/systemd/system/$unit"
