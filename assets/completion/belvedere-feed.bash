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
    mapfile -t COMPREPLY < <(compgen -W "simulate import inspect proxy keygen record state-hash verify cut export --help --version" -- "$word")
    return
  fi
  case $command in
    simulate) options="--cluster --bind --snapshot-bind --seed --scenario --rate --speed --duration --source --insecure --curve-key --curve-allow --help" ;;
    import) options="--output --name-rule --gpus-per-host --gpu-model --name --title --json --help" ;;
    inspect) options="--json --help" ;;
    proxy) options="--connect --bind --snapshot-bind --cluster --insecure --curve-key --curve-allow --curve-server-key --curve-client-key --help" ;;
    keygen) options="--help" ;;
    record) options="--output --keep --max-size --cluster --insecure --curve-server-key --curve-client-key --help" ;;
    state-hash) options="--at --help" ;;
    verify) options="--json --help" ;;
    cut) options="--output --from --to --objects --redact --help" ;;
    export) options="--what --format --from --to --metric --objects --output --help" ;;
    *) return ;;
  esac
  case $command,$before in
    import,import)
      mapfile -t COMPREPLY < <(compgen -W "ibnetdiscover --help" -- "$word")
      return ;;
    simulate,--cluster | proxy,--cluster | record,--cluster)
      mapfile -t COMPREPLY < <(compgen -W "$(_belvedere_feed_clusters "$word")" -- "$word")
      return ;;
    simulate,--scenario)
      mapfile -t COMPREPLY < <(compgen -W "$(belvedere-feed simulate --help 2>/dev/null | grep -A3 -e --scenario | grep -o '{[^}]*}' | tr -d '{}' | tr ',' ' ')" -- "$word")
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
    *,--seed | *,--rate | *,--speed | *,--duration | *,--source | *,--bind | *,--connect | *,--snapshot-bind | *,--name-rule | *,--gpus-per-host | *,--gpu-model | *,--name | *,--title | *,--keep | *,--max-size | *,--at | *,--from | *,--to | *,--objects | *,--metric)
      return ;;
  esac
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}
complete -o filenames -F _belvedere_feed belvedere-feed
