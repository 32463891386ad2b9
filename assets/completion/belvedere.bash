# bash completion of belvedere. Installed as share/bash-completion/completions/belvedere.

_belvedere() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  case $before in
    --quality) mapfile -t COMPREPLY < <(compgen -W "auto lean rich" -- "$word"); return ;;
    --lod) mapfile -t COMPREPLY < <(compgen -W "on off" -- "$word"); return ;;
    --compare-as) mapfile -t COMPREPLY < <(compgen -W "difference swipe split" -- "$word"); return ;;
    --theme) mapfile -t COMPREPLY < <(compgen -W "dark light" -- "$word"); return ;;
    --camera) mapfile -t COMPREPLY < <(compgen -W "overview fabric aisle hall: row: rack: node: gpu: switch:" -- "$word"); return ;;
    --color-by) mapfile -t COMPREPLY < <(compgen -W "health job rail age power_watts temp_celsius memory_temp_celsius tensor_active_ratio gpu_util_ratio" -- "$word"); return ;;
    --size) mapfile -t COMPREPLY < <(compgen -W "1280x720 1920x1080 2560x1440 3840x2160" -- "$word"); return ;;
    bench) mapfile -t COMPREPLY < <(compgen -W "render ingest start image-error" -- "$word"); return ;;
    --output | --cluster | --dump-state | --history) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --views) mapfile -t COMPREPLY < <(compgen -W "matrix tree ranks" -- "$word"); return ;;
    --speed) mapfile -t COMPREPLY < <(compgen -W "0.1 1 10 60 1000" -- "$word"); return ;;
    --history-keep) mapfile -t COMPREPLY < <(compgen -W "1h 24h 7d" -- "$word"); return ;;
    --history-size) mapfile -t COMPREPLY < <(compgen -W "2GB 20GB" -- "$word"); return ;;
    --device | --filter | --select | --brush | --route-from | --tour-at | --at | --link | --compare | --plot | --scale | --duration | --fps | --server-key | --source | --frames | --gpus) return ;;
  esac
  if [[ $word == -* ]]; then
    local common="--size --device --quality --lod --hide-panels --color-by --views --at --cluster --camera --validation --help"
    if [ "${COMP_WORDS[1]:-}" = bench ]; then
      mapfile -t COMPREPLY < <(compgen -W "$common --source --frames --gpus --json" -- "$word")
    else
      mapfile -t COMPREPLY < <(compgen -W "$common --filter --select --brush --route-from --wall --tour-at --link --compare --compare-as --plot --theme --scale --headless --output --duration --fps --dump-state --speed --history --history-keep --history-size --no-history --insecure --server-key --version" -- "$word")
    fi
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "bench sim: tcp:// ipc://" -- "$word"; compgen -f -X '!*.bvr' -- "$word")
}
complete -o nospace -F _belvedere belvedere
