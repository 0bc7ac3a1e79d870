package value

import "strings"

// collector gathers the words of a line that are dropped.
type collector struct {
	good    int
	words   []string
	reasons []string
}

// add counts a word; problem says why it is dropped, "" that it is not.
func (c *collector) add(word, problem string) {
	if problem == "" {
		c.good++
		return
	}
	c.bad(word, problem)
}

func (c *collector) bad(word, reason string) {
	const most = 8 // enough for a message
	if len(c.words) < most {
		c.words = append(c.words, Clip(word))
		c.reasons = append(c.reasons, reason)
	}
}

// verdict sums up. complete is false when a quote or an escape stopped the
// reading.
func (c *collector) verdict(complete bool, value string) Verdict {
	if !complete {
		c.bad(value, "bad quoting or escape")
	}
	if len(c.words) == 0 {
		return Verdict{}
	}
	verdict := Verdict{Status: Partly}
	if c.good == 0 {
		verdict.Status = Ignored
	}
	var b strings.Builder
	for i, word := range c.words {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(strings.TrimSuffix(c.reasons[i], ": "+word) + ": " + word)
	}
	verdict.Reason = b.String()
	return verdict
}
