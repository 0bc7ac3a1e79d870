# Stands in for installShellFiles of nixpkgs.

installManPage() {
  install -Dm644 -t "$out/share/man/man${1##*.}" "$1"
}

# installShellCompletion --cmd NAME (--SHELL FILE)…
installShellCompletion() {
  local name=$2 file
  shift 2
  while (($#)); do
    case $1 in
    --bash) file=bash-completion/completions/$name.bash ;;
    --fish) file=fish/vendor_completions.d/$name.fish ;;
    --nushell) file=nushell/vendor/autoload/$name.nu ;;
    --zsh) file=zsh/site-functions/_$name ;;
    *) return 1 ;;
    esac
    mkdir -p "$out/share/${file%/*}"
    cat "$2" >"$out/share/$file"
    shift 2
  done
}
