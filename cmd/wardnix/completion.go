package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wardnix/lint/workspace"
)

// completionVerb prints a completion script.
type completionVerb struct{}

func (*completionVerb) about() about {
	return about{name: "completion", args: "bash|zsh|fish|nushell",
		line: "print a completion script for a shell", text: `
  bash:     source <(wardnix completion bash)
  zsh:      wardnix completion zsh > "${fpath[1]}/_wardnix"
  fish:     wardnix completion fish | source
  nushell:  wardnix completion nushell | save wardnix.nu; use wardnix.nu *`,
		words: func() []string { return []string{"bash", "zsh", "fish", "nushell"} }}
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

// wordsKey is the annotation of a flag that has the words it takes.
const wordsKey = "words"

// severities are the words that --fail-on takes.
var severities = []string{"error", "warning", "info", "none"}

// closedKey is the annotation of a flag that takes these words only.
const closedKey = "closed"

// takes makes a flag take these words only.
func takes(fs *pflag.FlagSet, flag string, words ...string) {
	offers(fs, flag, words...)
	annotate(fs, flag, closedKey)
}

// offers has completions offer words for a flag.
func offers(fs *pflag.FlagSet, flag string, words ...string) { annotate(fs, flag, wordsKey, words...) }

func annotate(fs *pflag.FlagSet, flag, key string, words ...string) {
	if err := fs.SetAnnotation(flag, key, words); err != nil {
		panic(err) // there is no such flag
	}
}

// ruleWords are what flags that choose rules take.
func ruleWords() []string {
	words := []string{"default", "all"}
	for _, r := range workspace.Catalog() {
		if family := r.ID[:1]; !slices.Contains(words, family) {
			words = append(words, family)
		}
		words = append(words, r.ID, r.Name)
	}
	return words
}

// flagNamesOf are the names that a flag of a verb has.
func flagNamesOf(v verb, f *pflag.Flag) []string {
	names := []string{f.Name}
	for _, other := range slices.Sorted(maps.Keys(otherNames)) {
		if otherName(v, other) == f.Name && other != f.Name {
			names = append(names, other)
		}
	}
	return names
}

// wordsOf are the words that arguments of a verb may be; none for files.
func wordsOf(v verb) []string {
	if words := v.about().words; words != nil {
		return words()
	}
	return nil
}

// bash splits "--flag=value" at the "=", and a list is one word to it.
func bash() string {
	var b strings.Builder
	b.WriteString(`_wardnix() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words= arguments= list= flags=
  if [[ $cur == "=" ]]; then
    cur=
  elif [[ $prev == "=" ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $cur == --*=* ]]; then
    prev=${cur%%=*} cur=${cur#*=}
  fi
  case ${COMP_WORDS[1]} in
`)
	var names []string
	for _, v := range verbs() {
		var flags []string
		var cases strings.Builder
		eachFlag(v, func(f *pflag.Flag) {
			for _, name := range flagNamesOf(v, f) {
				flags = append(flags, "--"+name)
			}
			if words := f.Annotations[wordsKey]; words != nil {
				fmt.Fprintf(&cases, "      --%s) words=%q ;;\n", f.Name, strings.Join(words, " "))
			}
		})
		names = append(names, v.about().name)
		fmt.Fprintf(&b, "  %s)\n    flags=%q arguments=%q\n", v.about().name, strings.Join(flags, " "), strings.Join(wordsOf(v), " "))
		if cases.Len() > 0 {
			fmt.Fprintf(&b, "    case $prev in\n%s    esac\n", cases.String())
		}
		b.WriteString("    ;;\n")
	}
	fmt.Fprintf(&b, `  *) flags="--help --version" ;;
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "%s help --help --version" -- "$cur"))
  elif [[ $words ]]; then
    [[ $cur == *,* ]] && list=${cur%%,*}, cur=${cur##*,}
    COMPREPLY=($(compgen -P "$list" -W "$words" -- "$cur"))
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [[ $arguments && $prev != --* ]]; then
    COMPREPLY=($(compgen -W "$arguments" -- "$cur"))
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
			for _, name := range flagNamesOf(v, f) {
				fmt.Fprintf(&b, " \\\n      %s", shellQuote(zshFlag(name, f)))
			}
		})
		rest := "_files"
		if words := wordsOf(v); words != nil {
			rest = "(" + strings.Join(words, " ") + ")"
		}
		fmt.Fprintf(&b, " \\\n      %s\n    ;;\n", shellQuote("*:argument:"+rest))
	}
	b.WriteString("  esac\n}\nif [ \"$funcstack[1]\" = _wardnix ]; then _wardnix; else compdef _wardnix wardnix; fi\n")
	return b.String()
}

// zshFlag is a flag as _arguments of zsh has it. A list takes words with commas
// between.
func zshFlag(name string, f *pflag.Flag) string {
	spec := "--" + name
	if f.NoOptDefVal == "" {
		spec += "="
	}
	spec += "[" + strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(flagText(f)) + "]"
	switch words := strings.Join(f.Annotations[wordsKey], " "); {
	case words != "" && f.Value.Type() == "stringSlice":
		spec += ":value:_values -s , value " + words
	case words != "":
		spec += ":value:(" + words + ")"
	case f.NoOptDefVal == "":
		spec += ":value:_files"
	}
	return spec
}

func fish() string {
	var b strings.Builder
	for _, v := range verbs() {
		a := v.about()
		fmt.Fprintf(&b, "complete -c wardnix -n __fish_use_subcommand -f -a %s -d %s\n", a.name, shellQuote(a.line))
		if words := wordsOf(v); words != nil {
			fmt.Fprintf(&b, "complete -c wardnix -n '__fish_seen_subcommand_from %s' -f -a %s\n", a.name, shellQuote(strings.Join(words, " ")))
		}
		eachFlag(v, func(f *pflag.Flag) {
			value := " -r"
			switch words := f.Annotations[wordsKey]; {
			case words != nil:
				value = " -x -a " + shellQuote(strings.Join(words, " "))
			case f.NoOptDefVal != "":
				value = ""
			}
			for _, name := range flagNamesOf(v, f) {
				fmt.Fprintf(&b, "complete -c wardnix -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n",
					a.name, name, value, shellQuote(flagText(f)))
			}
		})
	}
	return b.String()
}

func nushell() string {
	var b strings.Builder
	// completer declares a command that lists words, and is its name.
	completer := func(name string, words []string) string {
		fmt.Fprintf(&b, "def \"nu-complete wardnix %s\" [] { [", name)
		for _, w := range words {
			fmt.Fprintf(&b, " %q", w)
		}
		b.WriteString(" ] }\n")
		return fmt.Sprintf("@\"nu-complete wardnix %s\"", name)
	}
	for _, v := range verbs() {
		a := v.about()
		var flags strings.Builder
		eachFlag(v, func(f *pflag.Flag) {
			value := ": string"
			if f.NoOptDefVal != "" {
				value = ""
			}
			if words := f.Annotations[wordsKey]; words != nil {
				value += completer(a.name+" "+f.Name, words)
			}
			for i, name := range flagNamesOf(v, f) {
				short := ""
				if f.Shorthand != "" && i == 0 {
					short = "(-" + f.Shorthand + ")"
				}
				fmt.Fprintf(&flags, "  --%s%s%s # %s\n", name, short, value, flagText(f))
			}
		})
		rest := ""
		if words := wordsOf(v); words != nil {
			rest = completer(a.name, words)
		}
		fmt.Fprintf(&b, "# %s\nexport extern \"wardnix %s\" [\n%s  ...rest: string%s\n]\n", a.line, a.name, flags.String(), rest)
	}
	return b.String()
}

// shellQuote quotes s for a POSIX shell and for fish.
func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
