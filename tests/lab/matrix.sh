# Who meets whom on a street of a lab, how, and after how long.

declare -A first=() found=()

# watch SECONDS NAME...: notes how each meets each, until all have a direct way or nothing changed for a while. Direct ways
# are often found after the first.
watch() {
  local deadline=$((SECONDS + $1)) changed=$SECONDS all at it one other left
  shift
  while [ "$SECONDS" -lt "$deadline" ] && [ $((SECONDS - changed)) -lt "${QUIET:-25}" ]; do
    left=0
    for one in "$@"; do
      all=$(ways "$one")
      at=$(($(now) - began))
      for other in "$@"; do
        [ "$one" != "$other" ] || continue
        it=$(echo "$all" | sed -n "s/^${peers[$other]} //p")
        [ "$it" = direct ] || [ "$it" = punched ] || left=$((left + 1))
        [ -n "$it" ] && [ "$it" != "${found[$one,$other]:-}" ] || continue
        changed=$SECONDS
        first[$one,$other]=${first[$one,$other]:-$at}
        found[$one,$other]=$it
      done
    done
    [ "$left" -gt 0 ] || break
    sleep 1
  done
}

# met ONE OTHER: how they met. Either side may be the one that knows that it was by a punch.
met() {
  local one=${found[$1,$2]:-impossible} other=${found[$2,$1]:-impossible}
  case $one,$other in
    direct,punched | punched,direct) echo punched ;;
    *) echo "$one" ;;
  esac
}

# seconds MILLISECONDS
seconds() { echo "$(($1 / 1000)).$((($1 % 1000) / 100)) s"; }

# median NUMBER...
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

# matrix NAME...: prints who met whom. Leaves how many did in `met_how`, and of how many pairs neither is reached from
# outside in `behind`, by the way in which they met.
declare -A met_how=() behind=() took=()
matrix() {
  local one other it total=0 kind reached=() pairs=0
  for one in "$@"; do
    is "$one" open && reached+=("$one")
  done
  printf '\n%-11s' ""
  printf '%-18s' "$@"
  echo
  for one in "$@"; do
    printf '%-11s' "$one"
    for other in "$@"; do
      if [ "$one" = "$other" ]; then
        printf '%-18s' "-"
        continue
      fi
      it=$(met "$one" "$other")
      total=$((total + 1))
      met_how[$it]=$((${met_how[$it]:-0} + 1))
      if [ "$it" = impossible ]; then
        printf '%-18s' "$it"
        continue
      fi
      took[$it]+=" ${first[$one,$other]}"
      printf '%-18s' "$it $(seconds "${first[$one,$other]}")"
      case " ${reached[*]} " in
        *" $one "* | *" $other "*) ;;
        *)
          pairs=$((pairs + 1))
          behind[$it]=$((${behind[$it]:-0} + 1))
          ;;
      esac
    done
    echo
  done
  echo
  echo "reached from outside: ${reached[*]}"
  for kind in direct punched relayed impossible; do
    printf '%-11s%3d of %d ways (%d %%)' "$kind" "${met_how[$kind]:-0}" "$total" "$((100 * ${met_how[$kind]:-0} / total))"
    # shellcheck disable=SC2086
    [ -z "${took[$kind]:-}" ] || printf ', connected after %s (median, since the first ticket)' "$(seconds "$(median ${took[$kind]})")"
    echo
  done
  [ "$pairs" = 0 ] || echo "of $pairs ways between homes of which neither is reached from outside, $((100 * (${behind[direct]:-0} + ${behind[punched]:-0}) / pairs)) % became direct; on the internet it were 70 +- 7 % (arXiv 2510.27500)"
}

# class NAME: the kind of router that a site counts as. Nothing for those with IPv6: what they can do depends on the other.
class() {
  case $1 in
    open* | upnp* | natpmp*) echo open ;;
    cone*) echo cone ;;
    port* | double*) echo port ;;
    symmetric*) echo symmetric ;;
  esac
}

# as_foreseen NAME...: whether each met each as tests/lab/ways.tsv says.
as_foreseen() {
  local one other here there it says
  for one in "$@"; do
    for other in "$@"; do
      here=$(class "$one")
      there=$(class "$other")
      [ "$one" != "$other" ] && [ -n "$here" ] && [ -n "$there" ] || continue
      says=$(grep -P "^($here\t$there|$there\t$here)\t" tests/lab/ways.tsv | cut -f 3)
      it=$(met "$one" "$other")
      [ "$it" != punched ] || it=direct
      [ "$it" = "$says" ] || fail "$one met $other $it; ways.tsv says $says"
    done
  done
  echo "ok: who met whom, and how, is as the simulator has it (tests/lab/ways.tsv)"
}
