package value

import (
	"slices"
	"strings"
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
	parts := strings.Split(word, ":")
	switch {
	case len(parts) != 4:
		return "not SOURCE:FAMILY:TABLE:SET"
	case !slices.Contains([]string{"cgroup", "user", "group"}, parts[0]):
		return "not a source of a set: cgroup, user or group"
	case !slices.Contains([]string{"arp", "bridge", "inet", "ip", "ip6", "netdev"}, parts[1]):
		return "not a family of tables"
	}
	return ""
}

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
	parts := strings.Split(text, ":")
	if len(parts) > 3 || !strings.HasPrefix(parts[0], "/") || len(parts) > 1 && !validDescriptorName(parts[1]) {
		return c.not(text)
	}
	if len(parts) == 3 {
		for option := range strings.FieldsFuncSeq(parts[2], func(r rune) bool { return r == ',' }) {
			if !slices.Contains([]string{"read-only", "append", "truncate", "graceful"}, option) {
				return c.not(text)
			}
		}
	}
	return Verdict{}
}

// checkLogNamespace judges a namespace of the journal.
func checkLogNamespace(c *context, text string) Verdict {
	name, ok := c.full(text)
	if ok && len(name) <= 222 && validFileName(name) && validInstance(name) {
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
	name, renamed, _ := strings.Cut(text, ":")
	name, ok := c.full(name)
	stem := strings.TrimSuffix(name, "*")
	// Nothing is told of an empty name and "*", which some versions take.
	if ok && !strings.ContainsAny(stem, "*?[]") && (stem == "" || validCredential(stem)) && (renamed == "" || validCredential(renamed)) {
		return Verdict{}
	}
	return c.not(text)
}

// partitions are the names of partitions of disk images.
var partitions = strings.Fields("root usr home srv esp xbootldr swap root-verity usr-verity root-verity-sig usr-verity-sig tmp var")

// checkImageOptions judges [PARTITION:]OPTIONS words.
func checkImageOptions(c *context, text string) Verdict {
	return c.each(text, Unquote, func(word string) string {
		partition, options, found := strings.Cut(word, ":")
		if !found || options == "" {
			partition, options = "root", word
		}
		if partition != "" && !slices.Contains(partitions, partition) {
			return "not a partition"
		}
		if _, ok := c.full(options); !ok {
			return badSpecifier
		}
		return ""
	})
}
