package value

import "strings"

// credentialName cuts the name of a credential off a line.
func (c *context) credentialName(text string) (rest string, more bool, verdict Verdict) {
	name, rest, more, ok, bad := extractWord(text, ":", dontCoalesce)
	if bad || !ok {
		return "", false, ignored("no credential name: %s", Clip(text))
	}
	id, ok := c.full(name)
	return rest, more, ignoredUnless(ok && validCredential(id), "not a credential name: %s", Clip(name))
}

// checkLoadCredential judges ID[:PATH].
func checkLoadCredential(c *context, text string) Verdict {
	rest, _, verdict := c.credentialName(text)
	if verdict.Status != Valid || rest == "" {
		return verdict
	}
	source, ok := c.full(rest)
	switch {
	case !ok:
		return ignored(badSpecifier)
	case strings.HasPrefix(source, "/"):
		return ignoredUnless(normalPath(source) && validPath(source) && !hasEmptyPart(source), "path is not normalized: %s", Clip(source))
	}
	return ignoredUnless(validCredential(source), "neither an absolute path nor a credential name: %s", Clip(source))
}

// checkSetCredential judges ID:DATA.
func checkSetCredential(c *context, text string) Verdict {
	rest, more, verdict := c.credentialName(text)
	switch {
	case verdict.Status != Valid:
		return verdict
	case !more || rest == "":
		return ignored("no data after the credential name")
	case strings.HasSuffix(c.of.Name, "Encrypted"):
		return ignoredUnless(isBase64(rest), "not Base64: %s", Clip(rest))
	}
	return ignoredUnless(allEscapes(rest), "bad escape: %s", Clip(rest))
}

// checkInputData judges Base64, of which systemd reads the alphabet for URLs from 255 on.
func checkInputData(c *context, text string) Verdict {
	if isBase64(text) && (c.Version >= 255 || !strings.ContainsAny(text, "-_")) {
		return Verdict{}
	}
	return c.not(text)
}

// isBase64 reports whether text is Base64 of either alphabet, blanks aside.
func isBase64(text string) bool {
	n, padding := 0, 0
	for i := range len(text) {
		c := text[i]
		switch {
		case strings.IndexByte(Blanks, c) >= 0:
		case c == '=':
			padding++
		case padding == 0 && ('0' <= c && c <= '9' || 'a' <= lower(c) && lower(c) <= 'z' || strings.IndexByte("+/-_", c) >= 0):
			n++
		default:
			return false
		}
	}
	return (n+padding)%4 == 0 && padding <= 2
}

// allEscapes reports whether every backslash begins a C escape.
func allEscapes(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			continue
		}
		if strings.HasPrefix(text[i+1:], "x00") || strings.HasPrefix(text[i+1:], "000") {
			i += 3
			continue
		}
		if i+1 == len(text) {
			return false
		}
		_, _, n, ok := cEscape(text[i+1:])
		if !ok {
			return false
		}
		i += n
	}
	return true
}
