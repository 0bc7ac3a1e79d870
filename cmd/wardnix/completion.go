package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// completionVerb prints a completion script.
type completionVerb struct{}

func (*completionVerb) about() about {
	return about{name: "completion", args: "bash|zsh|fish|nushell",
		line: "print a completion script for a shell", text: `
  bash:     source <(wardnix completion bash)
  zsh:      wardnix completion zsh > "${fpath[1]}/_wardnix"
  fish:     wardnix completion fish | source
  nushell:  wardnix completion nushell | save wardnix.nu; use wardnix.nu *`}
}

func (*completionVerb) flags(*pflag.FlagSet) {}

func (*completionVerb) run(c *Command, args []string) int {
	scripts := map[string]func() string{"bash": bash, "zsh": zsh, "fish": fish, "nushell": nushell}
	if len(args) != 1 || scripts[args[0]] == nil {
		return c.fail("completion takes one shell: bash, zsh, fish or nushell")
	}
	c.data(scripts[args[0]]())
	return exitClean
}

// wordsKey is the annotation of a flag that holds the words it takes.
const wordsKey = "words"

// severities are the words that --fail-on takes.
var severities = []string{"error", "warning", "info", "none"}

// takes tells the completions which words a flag takes.
func takes(fs *pflag.FlagSet, flag string, words ...string) {
	if err := fs.SetAnnotation(flag, wordsKey, words); err != nil {
		panic(err) // there is no such flag
	}
}

func bash() string {
	var b strings.Builder
	b.WriteString("_wardnix() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n  case ${COMP_WORDS[1]} in\n")
	var names []string
	for _, v := range verbs() {
		var flags []string
		var cases strings.Builder
		eachFlag(v, func(f *pflag.Flag) {
			flags = append(flags, "--"+f.Name)
			if words := f.Annotations[wordsKey]; words != nil {
				fmt.Fprintf(&cases, "      --%s) words=%q ;;\n", f.Name, strings.Join(words, " "))
			}
		})
		names = append(names, v.about().name)
		fmt.Fprintf(&b, "  %s)\n    local flags=%q\n", v.about().name, strings.Join(flags, " "))
		if cases.Len() > 0 {
			fmt.Fprintf(&b, "    case $prev in\n%s    esac\n", cases.String())
		}
		b.WriteString("    ;;\n")
	}
	fmt.Fprintf(&b, `  *) local flags="--help --version" ;;
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "%s help --help --version" -- "$cur"))
  elif [[ $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  fi
}
complete -o default -F _wardnix wardnix
`, strings.Join(names, " "))
	return b.String()
}

func zsh() string {
	var b strings.Builder
	b.WriteString("#compdef wardnix\n_wardnix() {\n  if ((CURRENT == 2)); then\n    local -a commands=(\n")
	for _, v := range verbs() {
		fmt.Fprintf(&b, "      %s\n", shellQuote(v.about().name+":"+v.about().line))
	}
	b.WriteString("    )\n    _describe command commands\n    return\n  fi\n  case ${words[2]} in\n")
	for _, v := range verbs() {
		fmt.Fprintf(&b, "  %s)\n    shift words; ((CURRENT--))\n    _arguments", v.about().name)
		eachFlag(v, func(f *pflag.Flag) {
			spec := "--" + f.Name
			if f.NoOptDefVal == "" {
				spec += "="
			}
			spec += "[" + strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(flagText(f)) + "]"
			switch words := f.Annotations[wordsKey]; {
			case words != nil:
				spec += ":value:(" + strings.Join(words, " ") + ")"
			case f.NoOptDefVal == "":
				spec += ":value:_files"
			}
			fmt.Fprintf(&b, " \\\n      %s", shellQuote(spec))
		})
		b.WriteString(" \\\n      '*:file:_files'\n    ;;\n")
	}
	b.WriteString("  esac\n}\nif [ \"$funcstack[1]\" = _wardnix ]; then _wardnix; else compdef _wardnix wardnix; fi\n")
	return b.String()
}

func fish() string {
	var b strings.Builder
	for _, v := range verbs() {
		a := v.about()
		fmt.Fprintf(&b, "complete -c wardnix -n __fish_use_subcommand -f -a %s -d %s\n", a.name, shellQuote(a.line))
		eachFlag(v, func(f *pflag.Flag) {
			value := " -r"
			switch words := f.Annotations[wordsKey]; {
			case words != nil:
				value = " -x -a " + shellQuote(strings.Join(words, " "))
			case f.NoOptDefVal != "":
				value = ""
			}
			fmt.Fprintf(&b, "complete -c wardnix -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n",
				a.name, f.Name, value, shellQuote(flagText(f)))
		})
	}
	return b.String()
}

func nushell() string {
	var b strings.Builder
	for _, v := range verbs() {
		a := v.about()
		fmt.Fprintf(&b, "# %s\nexport extern \"wardnix %s\" [\n", a.line, a.name)
		eachFlag(v, func(f *pflag.Flag) {
			value := ": string"
			if f.NoOptDefVal != "" {
				value = ""
			}
			short := ""
			if f.Shorthand != "" {
				short = "(-" + f.Shorthand + ")"
			}
			fmt.Fprintf(&b, "  --%s%s%s # %s\n", f.Name, short, value, flagText(f))
		})
		b.WriteString("  ...rest: string\n]\n")
	}
	return b.String()
}

// shellQuote quotes s for a POSIX shell and for fish.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
