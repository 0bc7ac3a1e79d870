package value

import (
	"encoding/hex"
	"strings"
)

// isRootHash reports whether text is an absolute path or a hash of at least 16 bytes
// in hexadecimal digits.
func isRootHash(text string) bool {
	if strings.HasPrefix(text, "/") {
		return true
	}
	hash, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	return err == nil && len(hash) >= 16
}

// isRootHashSignature reports whether text is an absolute path or "base64:" with
// data.
func isRootHashSignature(text string) bool {
	data, found := strings.CutPrefix(text, "base64:")
	return strings.HasPrefix(text, "/") || found && isBase64(data)
}

// checkImagePolicy judges a policy for disk images: "*", "-", "~" or PARTITION=FLAGS
// with colons between them. Newer versions of systemd step over what they do not
// know, so names are not judged.
func checkImagePolicy(c *context, text string) Verdict {
	if text == "*" || text == "-" || text == "~" {
		return Verdict{}
	}
	for part := range strings.SplitSeq(text, ":") {
		if !strings.Contains(part, "=") {
			verdict := c.not(text)
			verdict.Status = Refused
			return verdict
		}
	}
	return Verdict{}
}

// checkInputText judges the text of StandardInputText=.
func checkInputText(c *context, text string) Verdict {
	if !allEscapes(text) {
		return ignored("bad escape: %s", Clip(text))
	}
	_, ok := c.full(text)
	return ignoredUnless(ok, badSpecifier)
}

// isQuota reports whether text is the quota of a directory.
func isQuota(text string) bool { return text == "off" || isShare(text) || isSize(text) }

// isLongSize reports whether text is a size below 2^63.
func isLongSize(text string) bool {
	n, ok := parseSize(text)
	return ok && n <= 1<<63-1
}

// checkLabel judges the label of a security module, where a bad specifier refuses the
// unit unless "-" stands before it.
func checkLabel(c *context, text string) Verdict {
	label, optional := strings.CutPrefix(text, "-")
	if _, ok := c.full(label); ok {
		return Verdict{}
	}
	if optional {
		return ignored(badSpecifier)
	}
	return refused(badSpecifier)
}

// checkLogFields judges FIELD=VALUE words for the journal.
func checkLogFields(c *context, text string) Verdict {
	return c.each(text, Unquote|cUnescape, func(word string) string {
		field, ok := c.full(word)
		if !ok {
			return badSpecifier
		}
		name, _, found := strings.Cut(field, "=")
		if !found || !validField(name) {
			return "not FIELD=VALUE"
		}
		return ""
	})
}

// validField reports whether text can name a field of the journal
// (src/libsystemd/sd-journal/journal-file.c, journal_field_valid).
func validField(text string) bool {
	if text == "" || len(text) > 64 || text[0] == '_' || '0' <= text[0] && text[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !('A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_')
	})
}

// checkMemoryPressureDuration judges a time span of at least a second.
func checkMemoryPressureDuration(c *context, text string) Verdict {
	usec, ok := SpanIn(text, 1e6)
	if !ok {
		return c.not(text)
	}
	return ignoredUnless(usec >= 1e6 && usec != UsecInfinity, "not a duration of at least 1s: %s", Clip(text))
}
