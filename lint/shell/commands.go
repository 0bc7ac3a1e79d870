package shell

import (
	"regexp"
	"slices"
	"strings"
)

// A Command is a simple command of a script: a program with its arguments.
type Command struct {
	// Words are the words without quotes, assignments and redirections. What the
	// shell would expand ("$x", "$(date)", "~") stays as it is written.
	Words []string
	// Writes are the files that its output is redirected to, as they are written.
	Writes []string
	// Input is the text of the here-document of the line, if the command is the last that
	// it may be for.
	Input string
	// Start and End are the bytes of the script from the first word to the last.
	Start, End int
	// Conditional reports that the script may come to its end without it.
	Conditional bool
	// Tolerated reports that the script expects the command to fail.
	Tolerated bool
}

// Commands are the simple commands of a script up to the first construct that
// cannot be read, and up to the first command that certainly ends the script. Those
// inside of substitutions are omitted.
func Commands(script string) []Command {
	r := reader{lexer: lexer{text: script}, frames: []frame{{}}}
	for !r.ended && r.statement() {
	}
	return r.found
}

// A frame is a construct that the reader is inside of.
type frame struct {
	// closer is the reserved word or operator that ends it.
	closer string
	// conditional and tolerated apply to the commands in it.
	conditional, tolerated bool
	// list is the number of commands found before the current list of commands
	// joined by "&&" and "||", and later reports that such an operator came.
	list  int
	later bool
	// negated reports that "!" precedes the next command.
	negated bool
}

// reader follows the structure of a script as far as it decides what runs.
type reader struct {
	lexer
	found  []Command
	frames []frame
	ended  bool // nothing further is run
}

func (r *reader) top() *frame { return &r.frames[len(r.frames)-1] }

// push enters a construct.
func (r *reader) push(closer string, conditional, tolerated bool) {
	outer := r.top()
	r.frames = append(r.frames, frame{
		closer:      closer,
		conditional: outer.conditional || outer.later || conditional,
		tolerated:   outer.tolerated || outer.negated || tolerated,
		list:        len(r.found),
	})
	r.frames[len(r.frames)-2].negated = false
}

// pop leaves a construct; false if it is not the one that the closer ends.
func (r *reader) pop(closer string) bool {
	if r.top().closer != closer || len(r.frames) == 1 {
		return false
	}
	r.frames = r.frames[:len(r.frames)-1]
	return true
}

// statement reads up to the end of a simple command, or one part of a compound
// one; false at the end of the script and at what cannot be read.
func (r *reader) statement() bool {
	t := r.next()
	switch t.kind {
	case end:
		return false
	case operator:
		return r.operator(t)
	}
	if !t.quoted {
		if done, ok := r.reserved(t); done {
			return ok
		}
	}
	return r.simple(t)
}

// operator reads an operator that is where a command might begin.
func (r *reader) operator(t token) bool {
	f := r.top()
	switch t.text {
	case "\n", ";", "&":
		f.list, f.later = len(r.found), false
	case "&&":
		f.later = !r.prepares()
	case "||":
		for i := f.list; i < len(r.found); i++ {
			r.found[i].Tolerated = true
		}
		f.later = true
	case "|", "|&":
	case "(":
		if strings.HasPrefix(r.text[r.at:], "(") {
			return false // arithmetic
		}
		r.push(")", false, false)
	case ")":
		return r.pop(")")
	case ";;", ";&", ";;&":
		return f.closer == "esac" && r.pattern()
	default: // a redirection without a command
		return r.next().kind == word
	}
	return true
}

// preparations are commands that a script does not expect to fail: what is joined
// to them by "&&" runs.
var preparations = []string{"cd", "mkdir", "export", "umask", "ulimit", "set", "echo", "printf", "sleep", "true", ":", "source", "."}

// prepares reports whether all of the list so far is there to prepare what follows.
func (r *reader) prepares() bool {
	return !slices.ContainsFunc(r.found[r.top().list:], func(c Command) bool { return !slices.Contains(preparations, c.Words[0]) }) && !r.top().later
}

// reserved reads a reserved word in the place of a command. done is false if t is
// none, and ok is false if it cannot be read.
func (r *reader) reserved(t token) (done, ok bool) {
	switch t.text {
	case "if", "while", "until":
		closer := "done"
		if t.text == "if" {
			closer = "fi"
		}
		r.push(closer, false, true)
	case "then", "else", "do":
		f := r.top()
		f.conditional, f.tolerated, f.later, f.list = true, r.outer().tolerated, false, len(r.found)
	case "elif":
		r.top().tolerated = true
	case "fi", "done", "esac", "}":
		return true, r.pop(t.text)
	case "{":
		r.push("}", false, false)
	case "!":
		r.top().negated = true
	case "for", "select":
		return true, r.loop()
	case "case":
		return true, r.choice()
	case "function":
		return true, r.next().kind == word && r.function()
	case "[[":
		return true, r.test()
	default:
		return false, true
	}
	return true, true
}

// outer is the frame around the current one.
func (r *reader) outer() frame {
	if len(r.frames) < 2 {
		return frame{}
	}
	return r.frames[len(r.frames)-2]
}

// loop reads the head of a for loop. Its body runs as often as there are words.
func (r *reader) loop() bool {
	for t := r.next(); t.kind != end; t = r.next() {
		if t.kind == operator && t.text != "\n" && t.text != ";" {
			return false
		}
		if t.kind == word && t.text == "do" {
			r.push("done", true, false)
			return true
		}
	}
	return false
}

// choice reads the head of a case construct up to the body of its first pattern.
func (r *reader) choice() bool {
	for t := r.next(); t.kind == word || t.text == "\n"; t = r.next() {
		if t.text == "in" {
			r.push("esac", true, false)
			return r.pattern()
		}
	}
	return false
}

// pattern reads up to the body after a pattern, or the end of the construct.
func (r *reader) pattern() bool {
	f := r.top()
	f.list, f.later = len(r.found), false
	for t := r.next(); t.kind != end; t = r.next() {
		switch {
		case t.kind == word && t.text == "esac":
			return r.pop("esac")
		case t.kind == operator && t.text == ")":
			return true
		case t.kind == operator && t.text != "|" && t.text != "(" && t.text != "\n":
			return false
		}
	}
	return false
}

// function reads the head of a function after its name. Whether its body runs is
// not followed.
func (r *reader) function() bool {
	t := r.next()
	for t.kind == operator && (t.text == "(" || t.text == ")" || t.text == "\n") {
		t = r.next()
	}
	if t.kind != word || t.text != "{" {
		return false
	}
	r.push("}", true, false)
	return true
}

// test skips a conditional expression of bash.
func (r *reader) test() bool {
	for t := r.next(); t.kind != end; t = r.next() {
		if t.kind == word && t.text == "]]" {
			r.found = append(r.found, Command{Words: []string{"[["}, Conditional: true, Tolerated: true, Start: t.start, End: t.end})
			return true
		}
	}
	return false
}

// assignment matches the beginning of a word that sets a variable.
var assignment = regexp.MustCompile(`^[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=`)

// simple reads the rest of a simple command.
func (r *reader) simple(t token) bool {
	f := r.top()
	c := Command{Conditional: f.conditional || f.later, Tolerated: f.tolerated || f.negated, Start: -1}
	f.negated, r.input = false, ""
	for ; t.kind == word || t.kind == operator && isRedirection(t.text); t = r.next() {
		if !r.part(&c, t) {
			return false
		}
	}
	if t.kind == operator && t.text == "(" {
		return len(c.Words) == 1 && r.function()
	}
	if r.broken {
		return false
	}
	c.Input = r.input
	if len(c.Words) > 0 {
		r.found = append(r.found, c)
		r.ended = endsScript(&c) && len(r.frames) == 1
	}
	if t.kind == end {
		return false
	}
	return r.operator(t)
}

// part adds an assignment, a word or a redirection to a simple command; false if it is
// cut off.
func (r *reader) part(c *Command, t token) bool {
	switch {
	case t.kind == word && len(c.Words) == 0 && assignment.MatchString(t.text):
		return r.array(t)
	case t.kind == word:
		if c.Start < 0 {
			c.Start = t.start
		}
		c.Words, c.End = append(c.Words, t.text), t.end
		return true
	}
	target := r.next()
	if target.kind != word {
		return false
	}
	if strings.Contains(t.text, ">") && !strings.HasSuffix(t.text, ">&") {
		c.Writes = append(c.Writes, target.text)
	}
	return true
}

// array skips the words of an array after an assignment; false if it does not end.
func (r *reader) array(t token) bool {
	if !strings.HasSuffix(t.text, "=") || !strings.HasPrefix(r.text[r.at:], "(") {
		return true
	}
	n := balanced(r.text[r.at:], 0, '(', ')')
	r.at += n
	return n > 0
}

// endsScript reports whether no command of the script runs after c.
func endsScript(c *Command) bool {
	return !c.Conditional && (c.Words[0] == "exit" || c.Words[0] == "return" || c.Words[0] == "exec" && len(c.Words) > 1)
}
