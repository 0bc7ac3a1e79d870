package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// kinds maps the parsers of systemd (their names without config_parse_) to the
// value grammars of the package.
var kinds = map[string]string{
	"address_families": "KindFamilies", "bind_network_interface": "KindOther", "bind_paths": "KindBindPaths",
	"bool": "KindBool", "color": "KindBool", "location": "KindBool", "time": "KindBool", "crash_reboot": "KindBool",
	"job_mode_isolate": "KindBool", "tristate": "KindTristate", "capability_set": "KindCapabilities",
	"cg_weight": "KindWeight", "cg_cpu_weight": "KindCPUWeight", "cgroup_socket_bind": "KindSocketBind",
	"colon_separated_paths": "KindSearchPath", "concurrency_max": "KindCountOrInfinity",
	"cpu_quota": "KindPercent", "cpu_shares": "KindOther", "delegate": "KindDelegate", "device_allow": "KindDevices",
	"disable_controllers": "KindControllers", "documentation": "KindDocumentation",
	"environ": "KindEnvironment", "exec": "KindExec", "exec_cpu_affinity": "KindCPUAffinity", "unit_cpu_set": "KindCPUSet",
	"cpu_set": "KindCPUSet", "exec_cpu_sched_prio": "KindRealtimePriority", "exec_directories": "KindDirectories",
	"exec_input": "KindInput", "exec_output": "KindOutput", "exec_io_class": "KindEnum", "output_restricted": "KindEnum", "exec_io_priority": "KindIOPriority",
	"exec_cpu_sched_policy": "KindEnum", "exec_mount_propagation_flag": "KindMountFlags", "exec_nice": "KindNice",
	"exec_oom_score_adjust": "KindOOMScore", "oom_score_adjust": "KindOOMScore", "exec_secure_bits": "KindSecureBits",
	"exit_status": "KindExitStatus", "extension_images": "KindImages", "mount_images": "KindImages", "bus_name": "KindBusName", "exec_coredump_filter": "KindCoredumpFilter",
	"iec_size": "KindBytes", "iec_size_long": "KindBytes", "in_addr_prefixes": "KindAddresses", "int": "KindInt",
	"io_limit": "KindDeviceValue", "io_device_weight": "KindDeviceValue", "io_device_latency": "KindDeviceValue",
	"ip_filter_bpf_progs": "KindFilterPath", "job_running_timeout_sec": "KindTimeout", "job_timeout_sec": "KindTimeout",
	"load_credential": "KindLoadCredential", "set_credential": "KindSetCredential", "log_facility": "KindFacility",
	"log_level": "KindLogLevel", "iec_uint64": "KindBytes", "iec_uint64_infinity": "KindBytesOrInfinity", "long": "KindInt", "memory_limit": "KindMemory", "mode": "KindMode",
	"namespace_flags": "KindNamespaces", "namespace_path_strv": "KindPaths", "nsec": "KindSpanNano",
	"obsolete_unit_deps": "KindUnits", "pass_environ": "KindVariables", "unset_environ": "KindUnsetEnvironment",
	"path": "KindPlainPath", "path_spec": "KindPathSpec", "personality": "KindPersonality", "pid_file": "KindPIDFile",
	"protect_hostname": "KindHostname", "reboot_parameter": "KindString", "restrict_filesystems": "KindFileSystems",
	"restrict_network_interfaces": "KindInterfaces", "rlimit": "KindLimit", "sec": "KindSpan", "sec_fix_0": "KindTimeout",
	"sec_def_infinity": "KindSpanOrEmpty", "sec_def_unset": "KindSpanOrEmpty", "service_timeout": "KindTimeout",
	"service_timeout_abort": "KindSpanOrEmpty", "default_timeout_abort": "KindSpanOrEmpty",
	"managed_oom_mem_pressure_duration_sec": "KindOther",
	"set_status":                            "KindStatusSet", "service_sockets": "KindOther", "signal": "KindSignal", "socket_service": "KindOther",
	"socket_listen": "KindListen", "string": "KindString", "strv": "KindInstall", "alias": "KindInstall", "also": "KindInstall",
	"default_instance": "KindString", "swap_priority": "KindInt", "syscall_archs": "KindArchitectures",
	"syscall_errno": "KindErrno", "syscall_filter": "KindSyscallFilter", "syscall_log": "KindSyscallLog",
	"tasks_max": "KindTasks", "temporary_filesystems": "KindTmpfs", "timer": "KindTimer", "trigger_unit": "KindUnit",
	"tty_size": "KindCount", "unit_condition_path": "KindConditionPath", "unit_condition_string": "KindCondition",
	"unit_deps": "KindUnits", "unit_env_file": "KindEnvironmentFile", "unit_mounts_for": "KindMountsFor",
	"unit_path_printf": "KindPath", "unit_path_strv_printf": "KindOther", "unit_slice": "KindSlice",
	"unit_string_printf": "KindString", "unit_strv_printf": "KindOther", "unsigned": "KindCount",
	"user_group_compat": "KindUser", "user_group_strv_compat": "KindGroups", "watchdog_sec": "KindWatchdog",
	"working_directory": "KindWorkingDirectory", "dns_servers": "KindDNSServers", "delegate_dns_servers": "KindDNSServers", "permyriad": "KindShare", "loadavg": "KindShare", "uint64": "KindLongCount",
	"tmpfs_size": "KindBytesOrShare", "compress": "KindBoolOrBytes", "duration": "KindSpan", "line_max": "KindBytes", "n_autovts": "KindCount",
	"warn_compat": "KindIgnored", "protect_system_pid1": "KindOther",
}

// kind returns the grammar of a parser: an enum where the directive has a table
// of values, KindOther where the package does not know the grammar.
func kind(parser string, isEnum bool) string {
	if k, ok := kinds[parser]; ok {
		return k
	}
	if isEnum {
		return "KindEnum"
	}
	return "KindOther"
}

func repeat(text string) string {
	switch {
	case strings.HasPrefix(text, "override"):
		return "Override"
	case strings.HasPrefix(text, "append"), strings.HasPrefix(text, "per device"):
		return "Append"
	case strings.HasPrefix(text, "no effect"):
		return "NoEffect"
	case strings.HasPrefix(text, "first"):
		return "FirstWins"
	}
	return "Merge"
}

func empty(text string) string {
	switch {
	case strings.HasPrefix(text, "error and fatal"):
		return "EmptyRefused"
	case strings.HasPrefix(text, "error"), strings.HasPrefix(text, "warning"):
		return "EmptyIgnored"
	case strings.HasPrefix(text, "turns"):
		return "EmptyEnables"
	case strings.HasPrefix(text, "no effect"):
		return "EmptyNothing"
	case strings.HasPrefix(text, "clears"), strings.HasPrefix(text, "removes"), strings.HasPrefix(text, "set :="):
		return "EmptyClears"
	}
	return "EmptyResets"
}

func writeDirectives(s *source, data string) error {
	docs, err := readDocs(data)
	if err != nil {
		return err
	}
	enums, err := readTable(filepath.Join(data, "enums.tsv"), 6)
	if err != nil {
		return err
	}
	hasEnum := map[string]bool{}
	for _, e := range enums {
		hasEnum[e[0]] = true
	}
	rows, err := readTable(filepath.Join(data, "directives.tsv"), 15)
	if err != nil {
		return err
	}
	manual, err := readTable(filepath.Join(data, "settings.tsv"), 15)
	if err != nil {
		return err
	}
	rows = append(rows, manual...)
	slices.SortStableFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	s.printf("// Table holds every directive, sorted by name.\nvar Table = [...]Directive{\n")
	for _, row := range rows {
		if err := writeDirective(s, row, docs, hasEnum); err != nil {
			return fmt.Errorf("%s: %w", row[0], err)
		}
	}
	s.printf("}\n\n// enums holds the values of every enum directive, by name.\nvar enums = map[string]*Enum{\n")
	for _, e := range enums {
		writeEnum(s, e)
	}
	s.printf("}\n")
	return nil
}

func writeDirective(s *source, row []string, docs map[string][2]string, hasEnum map[string]bool) error {
	name, sections := row[0], strings.Split(row[1], ",")
	doc, ok := docs[name+" "+sections[0]]
	if !ok {
		doc = docs[name]
	}
	since, err := strconv.Atoi(row[2])
	if err != nil {
		return err
	}
	if since == 252 {
		since = 0
	}
	until := 0
	if row[3] != "262" && row[3] != "" {
		if until, err = strconv.Atoi(row[3]); err != nil {
			return err
		}
	}
	parsers := strings.Fields(row[5])
	isEnum := row[11] != "" || hasEnum[name] && settingsManuals[sections[0]] == "" // there a name may have another sense
	s.printf("{Name: %q, sections: %s, Kind: %s, Repeat: %s, Empty: %s", name,
		"in"+strings.Join(sections, "|in"), kind(parsers[0], isEnum), repeat(row[6]), empty(row[7]))
	for _, p := range parsers[1:] {
		before, version, _ := strings.Cut(p, "<")
		before, strict := strings.CutSuffix(before, "!")
		if strict {
			s.printf(", StrictBefore: true")
		}
		s.printf(", Before: %s, Changed: %s", kind(before, false), version)
	}
	if since > 0 {
		s.printf(", Since: %d", since)
	}
	if until > 0 {
		s.printf(", Until: %d", until)
	}
	if row[10] == "true" {
		s.printf(", Specifiers: true")
	}
	if row[9] != "none" {
		s.printf(", Quoted: true")
	}
	if v, ok := strings.CutPrefix(row[13], "ignored "); ok {
		s.printf(", IgnoredSince: %s", v)
	} else if row[13] != "" {
		s.printf(", Deprecated: true")
	}
	if row[14] != "" {
		s.printf(", Replacement: %q", row[14])
	}
	if doc[0] != "" {
		s.printf(", Default: %q", doc[0])
	}
	s.printf(", Doc: %q, Man: %q},\n", doc[1], row[12])
	return nil
}

// readDocs returns default and sentence by name, or by name and section.
func readDocs(data string) (map[string][2]string, error) {
	rows, err := readTable(filepath.Join(data, "docs.tsv"), 3)
	if err != nil {
		return nil, err
	}
	docs := map[string][2]string{}
	for _, row := range rows {
		docs[row[0]] = [2]string{row[1], row[2]}
	}
	return docs, nil
}

func writeEnum(s *source, row []string) {
	s.printf("%q: {True: %q, False: %q, Values: []EnumValue{", row[0], row[3], row[4])
	for _, v := range strings.Fields(row[1]) {
		value, until, _ := strings.Cut(v, "<=")
		value, since, _ := strings.Cut(value, ">=")
		s.printf("{Name: %q", value)
		if since != "" {
			s.printf(", Since: %s", since)
		}
		if until != "" {
			s.printf(", Until: %s", until)
		}
		s.printf("},")
	}
	s.printf("}")
	if row[2] != "" {
		s.printf(", Weaker: [][2]string{")
		for _, pair := range strings.Fields(row[2]) {
			weak, strong, _ := strings.Cut(pair, "<")
			s.printf("{%q, %q},", weak, strong)
		}
		s.printf("}")
	}
	s.printf("},\n")
}
