# Starts the unit that standard input holds, probes it, and stops it.
# Arguments: the service's name, and the seconds that the probe may take.
# Prints the verdict, how long the probe and the stop took in milliseconds, the
# result of the stop, the users of its processes, and after these five lines
# what was seen.
#
# Each trial has a unit of its own: systemd loads it without reading all others
# anew, and nothing of the last trial is left in it.
dir=/h/services/$1 seconds=$2 unit=t-$1-$$.service
cat >"/run/systemd/system/$unit"
[ -s "$dir/before.sh" ] && bash "$dir/before.sh"
seen=$(timeout 90 systemctl start "$unit" 2>&1)
verdict=breaks start=$(date +%s%N) end=$((SECONDS + seconds))
state() { systemctl show -p ActiveState -p NRestarts -p Result "$unit" | sort | cut -d= -f2 | xargs; }
users() { ps -o user= -p "$(paste -sd, "/sys/fs/cgroup/system.slice/$unit/cgroup.procs")" | sort -u | xargs; }
while :; do
  now=$(state)
  case $now in
  failed* | inactive*) seen="state $now; $seen"; break ;;
  esac
  export T="t$RANDOM$RANDOM"
  if seen=$(timeout 45 bash "$dir/probe.sh" 2>&1); then
    now=$(state)
    case $now in
    "active 0 success")
      verdict=ok
      users=$(users)
      # A process that serves one request is gone soon.
      case " $users " in *" root "*[!\ ]* | *[!\ ]*" root "*) sleep 1; users=$(users) ;; esac
      break
      ;;
    esac
    seen="the probe succeeded, but the state is $now: $seen"
  else
    seen="state $now; the probe failed: $seen"
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
[ "$result" = success ] || systemctl reset-failed "$unit" 2>/dev/null
printf '%s\n%s\n%s\n%s\n%s\n' $verdict $probed $took "$result" "$users"
printf '%s\n' "$seen" | tail -n 5 | cut -c 1-300
[ $verdict = ok ] || journalctl --quiet --no-pager -o cat -u "$unit" | grep -v 'control group' | tail -n 15
rm -f "/run/systemd/system/$unit"
