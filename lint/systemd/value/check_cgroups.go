package value

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// attachTypes are the types of BPFProgram= (src/shared/bpf-program.c).
var attachTypes = strings.Fields("ingress egress sock_create sock_ops device bind4 bind6 connect4 connect6 post_bind4 post_bind6 " +
	"sendmsg4 sendmsg6 sysctl recvmsg4 recvmsg6 getsockopt setsockopt")

// checkBPFProgram judges TYPE:PATH.
func checkBPFProgram(c *context, text string) Verdict {
	kind, path, found := strings.Cut(text, ":")
	if !found || path == "" || !slices.Contains(attachTypes, kind) {
		return c.not(text)
	}
	problem := c.absolute(path)
	return ignoredUnless(problem == "", "%s", problem)
}

// nftSetProblem says what is wrong with SOURCE:FAMILY:TABLE:SET
// (src/shared/firewall-util.c, config_parse_nft_set).
func nftSetProblem(_ *context, word string) string {
	parts, ok := colonFields(word, cUnescape)
	switch {
	case !ok || len(parts) != 4:
		return "not SOURCE:FAMILY:TABLE:SET"
	case !slices.Contains([]string{"cgroup", "user", "group"}, parts[0]):
		return "not a source of a set: cgroup, user or group"
	case !slices.Contains([]string{"arp", "bridge", "inet", "ip", "ip6", "netdev"}, parts[1]):
		return "not a family of tables"
	case !validNFTName(parts[2]) || !validNFTName(parts[3]):
		return "not the name of a table or set"
	}
	return ""
}

// validNFTName reports whether text can name a table or a set (src/basic/parse-util.c,
// nft_identifier_valid).
func validNFTName(text string) bool {
	if text == "" || len(text) > 31 || !isLetter(text[0]) {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return r >= 0x80 || !isLetter(byte(r)) && !('0' <= r && r <= '9') && !strings.ContainsRune(`/\_.`, r)
	})
}

func isLetter(c byte) bool { return 'a' <= lower(c) && lower(c) <= 'z' }

// validControlGroup reports whether text names a control group without an escape
// (src/basic/cgroup-util.c, cg_needs_escape).
func validControlGroup(text string) bool {
	if !validFileName(text) || text[0] == '_' || text[0] == '.' || strings.HasPrefix(text, "cgroup.") {
		return false
	}
	if slices.Contains([]string{"notify_on_release", "release_agent", "tasks"}, text) {
		return false
	}
	return !slices.ContainsFunc(controllers, func(name string) bool { return strings.HasPrefix(text, name+".") })
}

// checkRefresh judges RefreshOnReload=.
func checkRefresh(c *context, text string) Verdict {
	if _, ok := ParseBool(text); ok {
		return Verdict{}
	}
	known := true
	complete := EachWord(strings.TrimPrefix(text, "~"), 0, func(word string) bool {
		known = known && (word == "extensions" || word == "credentials")
		return known
	})
	if complete && known {
		return Verdict{}
	}
	return c.not(text)
}

// checkOpenFile judges PATH[:NAME[:OPTIONS]] (src/shared/open-file.c).
func checkOpenFile(c *context, text string) Verdict {
	parts, ok := colonFields(text, cUnescape)
	if !ok || len(parts) > 3 || !strings.HasPrefix(parts[0], "/") || len(parts) > 1 && !validDescriptorName(parts[1]) {
		return c.not(text)
	}
	if len(parts) == 3 {
		for option := range strings.FieldsFuncSeq(parts[2], func(r rune) bool { return r == ',' }) {
			if !slices.Contains([]string{"read-only", "append", "truncate", "graceful"}, option) {
				return c.not(text)
			}
		}
	}
	if len(parts) == 1 || parts[1] == "" { // the name is that of the file
		if simple := simplePath(parts[0]); !validFileName(path.Base(simple)) || !validDescriptorName(path.Base(simple)) {
			return c.not(text)
		}
	}
	return Verdict{}
}

// checkLogNamespace judges a namespace of the journal.
func checkLogNamespace(c *context, text string) Verdict {
	name, ok := c.full(text)
	if ok && len(name) <= 222 && validFileName(name) && validInstance(name) && plainText(name) {
		return Verdict{}
	}
	return c.not(text)
}

// validInstance reports whether text can be the instance of a unit.
func validInstance(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z' && r < 0x80 || strings.ContainsRune(":-_.\\@", r))
	})
}

// checkCredentialGlob judges NAME[*][:NEWNAME].
func checkCredentialGlob(c *context, text string) Verdict {
	name, renamed, _, _, bad := extractWord(text, ":", dontCoalesce)
	name, ok := c.full(name)
	stem := strings.TrimSuffix(name, "*")
	// Some versions take "*" alone.
	if !bad && ok && name != "" && !strings.ContainsAny(stem, "*?[]") && (stem == "" || validCredential(stem)) && (renamed == "" || validCredential(renamed)) {
		return Verdict{}
	}
	return c.not(text)
}

// sessionProblem says what is wrong with the name of a session (src/shared/luo-util.c,
// luo_session_name_is_valid).
func sessionProblem(_ *context, word string) string {
	if validDescriptorName(word) && plainText(word) {
		return ""
	}
	return "not a session name"
}

// ruleProblem says what is wrong with the name of a rule file of systemd-oomd.
func ruleProblem(_ *context, word string) string {
	if validFileName(word) && plainText(word) {
		return ""
	}
	return "not the name of a rule file"
}

// plainText reports whether text has no control characters, quotes, backslashes or
// globs (src/basic/string-util.c, string_is_safe).
func plainText(text string) bool {
	return utf8.ValidString(text) && !hasControl(text) && !strings.ContainsAny(text, `\"'*?[`)
}
