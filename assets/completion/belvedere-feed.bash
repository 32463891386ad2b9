# bash completion of belvedere-feed. Installed as share/bash-completion/completions/belvedere-feed.
# A test compares the options here with those that --help prints.

_belvedere_feed_clusters() {
  local folder name
  for folder in "${BELVEDERE_ASSETS:-}/clusters" /usr/share/belvedere/assets/clusters /usr/local/share/belvedere/assets/clusters; do
    for name in "$folder"/*.toml; do
      [ -e "$name" ] && name=${name##*/} && echo "${name%.toml}"
    done
  done
  compgen -f -X '!*.toml' -- "$1"
}

_belvedere_feed() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]:-} options
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W "simulate import inspect proxy keygen record state-hash verify cut export what-if drill --help --version" -- "$word")
    return
  fi
  [ "$command" = import ] && [ "$COMP_CWORD" -gt 2 ] && command="import ${COMP_WORDS[2]}"
  case $command in
    import) options="" ;;
    simulate) options="--cluster --bind --snapshot-bind --seed --scenario --preset --rate --speed --duration --source --insecure --curve-key --curve-allow --help" ;;
    "import ibnetdiscover") options="--output --name-rule --gpus-per-host --gpu-model --name --title --json --help" ;;
    "import layout-csv") options="--output --name-column --class --name-rule --hall-column --row-column --rack-column --unit-column --slot-column --pod-column --x-column --y-column --yaw-column --gpus --gpus-column --gpu-model --hall-name --rack-name --row-name --rack-size --aisle --delimiter --name --title --dry-run --json --help" ;;
    "import events-csv") options="--cluster --output --object-column --class --time-column --time-format --time-zone --end-column --duration --kind --kind-column --severity --severity-column --severity-map --code --code-column --code-map --text --words --present-from --present-to --part-column --part-word --unique --interval --source --delimiter --dry-run --json --help" ;;
    "import "*) options="--help" ;;
    inspect) options="--json --help" ;;
    proxy) options="--connect --bind --snapshot-bind --cluster --insecure --curve-key --curve-allow --curve-server-key --curve-client-key --help" ;;
    keygen) options="--help" ;;
    record) options="--output --keep --max-size --cluster --insecure --curve-server-key --curve-client-key --help" ;;
    state-hash) options="--at --help" ;;
    verify) options="--json --help" ;;
    cut) options="--output --from --to --objects --redact --help" ;;
    export) options="--what --format --from --to --metric --objects --output --help" ;;
    what-if) options="--set --base --runs --seed --json --help" ;;
    drill) options="--cluster --runs --seed --duration --faults --kind --loss --json --misses --help" ;;
    *) return ;;
  esac
  case $command,$before in
    import,import)
      mapfile -t COMPREPLY < <(compgen -W "ibnetdiscover layout-csv events-csv --help" -- "$word")
      return ;;
    simulate,--cluster | drill,--cluster | proxy,--cluster | record,--cluster | import*,--cluster)
      mapfile -t COMPREPLY < <(compgen -W "$(_belvedere_feed_clusters "$word")" -- "$word")
      return ;;
    simulate,--scenario)
      mapfile -t COMPREPLY < <(compgen -W "$(belvedere-feed simulate --help 2>/dev/null | grep -A3 -e --scenario | grep -o '{[^}]*}' | tr -d '{}' | tr ',' ' ')" -- "$word")
      return ;;
    simulate,--preset)
      mapfile -t COMPREPLY < <(compgen -W "measured video-2024" -- "$word")
      return ;;
    what-if,--set | what-if,--base)
      compopt -o nospace 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -S = -W "$(belvedere-feed what-if --help 2>/dev/null | sed -n 's/^  \([a-z_]*\): .*/\1/p')" -- "$word")
      return ;;
    drill,--kind)
      mapfile -t COMPREPLY < <(compgen -W "optic nic link_flap leaf_switch spine_switch gpu_off_bus double_bit_ecc node_power_supply busway cdu_pump coolant_leak thermal_runaway slow_rank noisy_node" -- "$word")
      return ;;
    drill,--runs | drill,--faults | drill,--loss)
      return ;;
    export,--what)
      mapfile -t COMPREPLY < <(compgen -W "values events jobs" -- "$word")
      return ;;
    export,--format)
      mapfile -t COMPREPLY < <(compgen -W "csv jsonl" -- "$word")
      return ;;
    *,-o | *,--output | *,--curve-*)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    import*,--class)
      mapfile -t COMPREPLY < <(compgen -W "$([ "$command" = "import layout-csv" ] && echo hosts racks || echo gpu node switch link rack cdu power plant)" -- "$word")
      return ;;
    import*,--time-format)
      mapfile -t COMPREPLY < <(compgen -W "iso us eu epoch epoch_ms" -- "$word")
      return ;;
    import*,--severity)
      mapfile -t COMPREPLY < <(compgen -W "info warning critical" -- "$word")
      return ;;
    import*,--*-column | import*,--present-* | import*,--*-map | import*,--*-name | import*,--rack-size | import*,--aisle | import*,--gpus | import*,--delimiter | import*,--time-zone | import*,--kind | import*,--code | import*,--text | import*,--words | import*,--part-word | import*,--interval)
      return ;;
    *,--seed | *,--runs | *,--rate | *,--speed | *,--duration | *,--source | *,--bind | *,--connect | *,--snapshot-bind | *,--name-rule | *,--gpus-per-host | *,--gpu-model | *,--name | *,--title | *,--keep | *,--max-size | *,--at | *,--from | *,--to | *,--objects | *,--metric)
      return ;;
  esac
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _belvedere_feed belvedere-feed
