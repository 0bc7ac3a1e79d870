package value

import (
	"encoding/hex"
	"slices"
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

// partitions are the names of partitions of disk images (src/shared/gpt.c).
var partitions = strings.Fields("root usr home srv esp xbootldr swap root-verity usr-verity root-verity-sig usr-verity-sig tmp var")

// policyFlags are the flags of image policies before systemd 259
// (src/shared/image-policy.c, policy_flag_from_string_one).
var policyFlags = strings.Fields("verity signed encrypted unprotected unused absent open ignore read-only-on read-only-off growfs-on growfs-off")

// checkImagePolicy judges a policy for disk images: "*", "-", "~" or PARTITION=FLAGS
// with colons between them (src/shared/image-policy.c, image_policy_from_string).
func checkImagePolicy(c *context, text string) Verdict {
	if text == "*" || text == "-" || text == "~" {
		return Verdict{}
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ":") {
		partition, flags, found := strings.Cut(part, "=")
		partition = strings.Trim(partition, Blanks)
		switch {
		case !found:
			verdict := c.not(text)
			verdict.Status = Refused
			return verdict
		case seen[partition]:
			return refused("a partition has two rules: %s", Clip(text))
		case c.Version >= 259: // unknown names are ignored
			seen[partition] = partition == "" || slices.Contains(partitions, partition)
			continue
		case partition != "" && !slices.Contains(partitions, partition):
			return refused("not a partition: %s", Clip(partition))
		}
		seen[partition] = true
		if flag := unknownFlag(flags); flag != "" {
			return refused("not a flag of image policies: %s", Clip(flag))
		}
	}
	return Verdict{}
}

// unknownFlag returns the first of FLAG[+FLAG…] that image policies do not have; empty if
// they have all.
func unknownFlag(text string) string {
	if text = strings.Trim(text, Blanks); text == "" || text == "-" {
		return ""
	}
	for flag := range strings.SplitSeq(text, "+") {
		if flag = strings.Trim(flag, Blanks); !slices.Contains(policyFlags, flag) {
			return "'" + flag + "'"
		}
	}
	return ""
}

// checkImageOptions judges [PARTITION:]OPTIONS words.
func checkImageOptions(c *context, text string) Verdict {
	return c.each(text, Unquote|RetainEscape, func(word string) string {
		partition, rest, more, _, bad := extractWord(word, ":", cUnescape|unescapeSeparators)
		options, third, _, _, badRest := extractWord(rest, ":", cUnescape|unescapeSeparators)
		switch {
		case bad || badRest:
			return "bad escape"
		case third != "":
			return "more than two parts"
		case !more || options == "":
			partition, options = "root", partition
		}
		return c.partition(partition, options)
	})
}

// mountOptions says what is wrong with the options after the paths of an image:
// OPTIONS, or PARTITION:OPTIONS pairs (src/core/load-fragment.c,
// config_parse_extension_images).
func (c *context) mountOptions(text string) string {
	for text != "" {
		first, rest, _, ok, bad := extractWord(text, ":", cUnescape|unescapeSeparators)
		options, rest, _, two, badRest := extractWord(rest, ":", cUnescape|unescapeSeparators)
		switch {
		case bad || badRest:
			return "bad escape"
		case !ok:
			return ""
		case !two:
			first, options = "root", first
		}
		if problem := c.partition(first, options); problem != "" {
			return problem
		}
		text = rest
	}
	return ""
}

// partition says what is wrong with the mount options of a partition.
func (c *context) partition(name, options string) string {
	old := c.Version < 253 && (strings.HasSuffix(name, "-secondary") || strings.HasSuffix(name, "-other"))
	if name != "" && !slices.Contains(partitions, name) && !old {
		return "not a partition"
	}
	if _, ok := c.full(options); !ok {
		return badSpecifier
	}
	return ""
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
// unit unless "-" precedes it.
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
