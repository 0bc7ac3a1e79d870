package security

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/internal/oracle"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/testtool"
)

// confValues are values for settings of whatever grammar, most of them wrong for
// any one setting.
var confValues = strings.Split(`yes|no|Yes|true|on|0|1|2|16|-1|1.5|0x10|99999999999|maybe|512|1K|1k|1G|1GB|10M;|1G 500M|50%|0%|100%|101%|12.34%|infinity|unlimited|`+
	`10|10s|10 mins|1month|"3 month"|5min 20s|1h # why|none|auto|persistent|Persistent|volatile|persistant|uid|login|host|external|journal|keep|`+
	`ignore|suspend|Suspend|sleep|soft-reboot|hybrid-sleep|lock|secure-attention-key|poweroff|info|debug|7|8|emerg|/dev/tty12|tty12|/a/../b|0777|1:2|`+
	`0.pool.ntp.org 1.pool.ntp.org|CAP_SYS_ADMIN|~CAP_SYS_ADMIN|native|x86-64|A=b C=d|null|inherit|kmsg|reboot-force|off|default|0-3|0,1 2||`, "|")

// A confReader is a program of systemd that reports what it ignores in its
// configuration file.
type confReader struct {
	section, file string
	program       string
	// command runs the program with the directory of the file.
	command func(ctx context.Context, program, dir string) *exec.Cmd
}

// inNamespace runs a program that takes dir for /etc/systemd, and finds nothing
// to work on. It is root among its like only.
func inNamespace(ctx context.Context, program, dir string) *exec.Cmd {
	script := `mount --bind "$1" /etc/systemd && mount -t tmpfs none /run && mount -t tmpfs none /var/lib && mkdir /run/systemd && exec "$2"`
	return exec.CommandContext(ctx, "unshare", "-rmnpf", "--kill-child", "sh", "-c", script, "sh", dir, program)
}

// asUser runs the manager of a user; of nobody, where root runs the test.
func asUser(ctx context.Context, program, dir string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, "--user", "--test")
	if os.Geteuid() == 0 {
		cmd = exec.CommandContext(ctx, "setpriv", "--reuid=65534", "--clear-groups", program, "--user", "--test")
		for _, path := range []string{dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir))} {
			_ = os.Chmod(path, 0o777) // if it fails, the program does not read the file, and the test is skipped
		}
	}
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Dir(dir), "XDG_RUNTIME_DIR="+dir, "HOME="+dir)
	return cmd
}

var confReaders = []confReader{
	{"Journal", "journald.conf", "systemd-journald", inNamespace},
	{"Login", "logind.conf", "systemd-logind", inNamespace},
	{"Manager", "user.conf", "systemd", asUser},
}

// TestConfFiles compares what the tables say of every setting of a configuration
// file with what the program that reads the file says: of its name, and of many
// values.
func TestConfFiles(t *testing.T) {
	testtool.Long(t)
	v := oracle.Version(t)
	for _, r := range confReaders {
		t.Run(r.file, func(t *testing.T) { r.test(t, v) })
	}
}

func (r *confReader) test(t *testing.T, v directive.Version) {
	program := findProgram(r.program)
	if program == "" {
		testtool.Lack(t, r.program+" is not installed")
	}
	text := "[" + r.section + "]\nNonsense=1\n"
	for i := range directive.All() {
		d := &directive.All()[i]
		if !d.In(r.section) || r.section == "Manager" && strings.HasPrefix(d.Name, "Log") {
			continue // what the program says of the rest would depend on it
		}
		if kind := d.KindIn(v); kind == directive.KindOther || kind == directive.KindString {
			text += d.Name + "=1\n" // the value is not judged
			continue
		}
		for _, value := range confValues {
			text += d.Name + "=" + value + "\n"
		}
	}
	text += "Sentinel=1\n"
	got := map[string]bool{}
	lines := strings.Split(text, "\n")
	for _, a := range unitfile.Parse(r.file, []byte(text)).Assignments {
		verdict := value.Check(r.section, a.Key, a.Value, v)
		if _, known := directive.Lookup(r.section, a.Key, v); !known || verdict.Reason != "" && !verdict.Silent {
			got[strconv.Itoa(a.Line)+": "+lines[a.Line-1]] = true
		}
	}
	want := r.flagged(t, program, lines)
	if diff := differentKeys(got, want); diff != "" {
		t.Errorf("systemd %s, of %d lines:\n%s", v, len(lines), strings.ReplaceAll(diff, ", only", "\nonly"))
	}
	t.Logf("%d lines, %d flagged", len(lines), len(want))
}

func findProgram(name string) string {
	for _, dir := range []string{"/lib/systemd", "/usr/lib/systemd", "/run/current-system/systemd/lib/systemd"} {
		if path := filepath.Join(dir, name); isExecutable(path) {
			return path
		}
	}
	return ""
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// flagged are the lines that the program says something of. The test is skipped
// where it cannot be made to read the file.
func (r *confReader) flagged(t *testing.T, program string, lines []string) map[string]bool {
	dir := filepath.Join(t.TempDir(), "systemd")
	write(t, filepath.Join(dir, r.file), strings.Join(lines, "\n"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cmd := r.command(ctx, program, dir)
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "SYSTEMD_LOG_TARGET=console", "SYSTEMD_LOG_LEVEL=info", "SYSTEMD_COLORS=0", "SYSTEMD_LOG_COLOR=0")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		testtool.Lack(t, err.Error())
	}
	flagged, read := map[string]bool{}, []string{}
	seen := false
	for s := bufio.NewScanner(stderr); !seen && s.Scan(); {
		read = append(read, s.Text())
		m := messageAt.FindStringSubmatch(s.Text())
		if m == nil || filepath.Base(m[1]) != r.file {
			continue
		}
		n, _ := strconv.Atoi(m[2])
		flagged[fmt.Sprintf("%d: %s", n, lines[n-1])] = true
		seen = strings.HasPrefix(lines[n-1], "Sentinel=")
	}
	cancel()
	_ = cmd.Wait()
	if !seen {
		testtool.Lack(t, r.program+" does not read its file here: "+strings.Join(read[max(0, len(read)-3):], "; "))
	}
	return flagged
}
