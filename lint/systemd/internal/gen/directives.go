package main

import (
	"cmp"
	"strings"
)

// kinds maps the parsers of systemd (their names without config_parse_) to the
// value grammars of the package.
var kinds = map[string]string{
	"address_families": "KindFamilies", "bind_network_interface": "KindAnyInterface", "bind_paths": "KindBindPaths",
	"bool": "KindBool", "color": "KindBool", "location": "KindBool", "time": "KindBool", "crash_reboot": "KindBool",
	"job_mode_isolate": "KindBool", "tristate": "KindTristate", "capability_set": "KindCapabilities",
	"cg_weight": "KindWeight", "cg_cpu_weight": "KindCPUWeight", "cgroup_socket_bind": "KindSocketBind",
	"colon_separated_paths": "KindSearchPath", "concurrency_max": "KindCountOrInfinity",
	"cpu_quota": "KindPercent", "cpu_shares": "KindOther", "delegate": "KindDelegate", "device_allow": "KindDevices",
	"disable_controllers": "KindControllers", "documentation": "KindDocumentation",
	"environ": "KindEnvironment", "exec": "KindExec", "exec_cpu_affinity": "KindCPUAffinity", "unit_cpu_set": "KindCPUSet",
	"cpu_set": "KindCPUSet", "exec_cpu_sched_prio": "KindRealtimePriority", "exec_directories": "KindDirectories",
	"exec_input": "KindInput", "exec_output": "KindOutput", "exec_io_class": "KindIOClass", "output_restricted": "KindEnum", "exec_io_priority": "KindIOPriority",
	"exec_cpu_sched_policy": "KindSchedPolicy", "exec_mount_propagation_flag": "KindMountFlags", "exec_nice": "KindNice",
	"exec_oom_score_adjust": "KindOOMScore", "oom_score_adjust": "KindOOMScore", "exec_secure_bits": "KindSecureBits",
	"exit_status": "KindExitStatus", "extension_images": "KindExtensionImages", "mount_images": "KindMountImages", "bus_name": "KindBusName", "exec_coredump_filter": "KindCoredumpFilter",
	"iec_size": "KindBytes", "in_addr_prefixes": "KindAddresses", "int": "KindInt",
	"io_limit": "KindDeviceBandwidth", "io_device_weight": "KindDeviceWeight", "io_device_latency": "KindDeviceLatency",
	"ip_filter_bpf_progs": "KindFilterPath", "job_running_timeout_sec": "KindTimeout", "job_timeout_sec": "KindTimeout",
	"load_credential": "KindLoadCredential", "set_credential": "KindSetCredential", "log_facility": "KindFacility",
	"log_level": "KindLogLevel", "iec_uint64": "KindBytes", "iec_uint64_infinity": "KindBytesOrInfinity", "long": "KindLong", "memory_limit": "KindMemory", "mode": "KindMode",
	"namespace_flags": "KindNamespaces", "namespace_path_strv": "KindPaths", "nsec": "KindSpanNano",
	"obsolete_unit_deps": "KindUnits", "pass_environ": "KindVariables", "unset_environ": "KindUnsetEnvironment",
	"path": "KindPlainPath", "path_spec": "KindPathSpec", "personality": "KindPersonality", "pid_file": "KindPIDFile",
	"protect_hostname": "KindHostname", "reboot_parameter": "KindReboot", "restrict_filesystems": "KindFileSystems",
	"restrict_network_interfaces": "KindInterfaces", "rlimit": "KindLimit", "sec": "KindSpan", "sec_fix_0": "KindTimeout",
	"sec_def_infinity": "KindSpanOrEmpty", "sec_def_unset": "KindSpanOrEmpty", "service_timeout": "KindTimeout",
	"service_timeout_abort": "KindSpanOrEmpty", "default_timeout_abort": "KindSpanOrEmpty",
	"managed_oom_mem_pressure_duration_sec": "KindPressure",
	"set_status":                            "KindStatusSet", "service_sockets": "KindSockets", "signal": "KindSignal", "socket_service": "KindService",
	"socket_listen": "KindListen", "socket_bindtodevice": "KindInterface", "fdname": "KindDescriptorName", "ip_tos": "KindTOS", "socket_protocol": "KindSocketProtocol",
	"socket_timestamping": "KindTimestamping", "socket_defer_trigger": "KindDeferral", "xattr": "KindAttribute",
	"exec_smack_process_label": "KindLabel", "exec_selinux_context": "KindLabel", "exec_apparmor_profile": "KindLabel", "log_extra_fields": "KindLogFields",
	"exec_input_text": "KindInputText", "exec_input_data": "KindInputData", "exec_root_hash": "KindRootHash", "exec_root_hash_sig": "KindRootSignature",
	"image_policy": "KindImagePolicy", "blockio_weight": "KindBlockIOWeight", "bpf_foreign_program": "KindBPFProgram", "cgroup_nft_set": "KindNFTSets", "open_file": "KindOpenFile",
	"log_namespace": "KindLogNamespace", "import_credential": "KindCredentialGlob", "root_image_options": "KindImageOptions", "delegate_subgroup": "KindControlGroup",
	"service_refresh_on_reload": "KindRefresh", "luo_sessions": "KindSessions", "managed_oom_rules": "KindRules", "log_filter_patterns": "KindPattern", "mount_node": "KindString", "iec_size_long": "KindLongBytes", "exec_quota": "KindQuota", "numa_mask": "KindNUMAMask",
	"managed_oom_mem_pressure_limit": "KindShare", "string": "KindString", "strv": "KindInstall", "alias": "KindInstall", "also": "KindInstall",
	"default_instance": "KindString", "swap_priority": "KindInt", "syscall_archs": "KindArchitectures",
	"syscall_errno": "KindErrno", "syscall_filter": "KindSyscallFilter", "syscall_log": "KindSyscallLog",
	"tasks_max": "KindTasks", "temporary_filesystems": "KindTmpfs", "timer": "KindTimer", "trigger_unit": "KindUnit",
	"tty_size": "KindCount", "unit_condition_path": "KindConditionPath", "unit_condition_string": "KindCondition",
	"unit_deps": "KindUnits", "unit_env_file": "KindEnvironmentFile", "unit_mounts_for": "KindMountsFor",
	"unit_path_printf": "KindPath", "unit_path_strv_printf": "KindSymlinks", "unit_slice": "KindSlice",
	"unit_string_printf": "KindString", "unit_strv_printf": "KindOther", "unsigned": "KindCount",
	"user_group_compat": "KindUser", "user_group_strv_compat": "KindGroups", "watchdog_sec": "KindWatchdog",
	"working_directory": "KindWorkingDirectory", "dns_servers": "KindDNSServers", "delegate_dns_servers": "KindDNSServers", "permyriad": "KindShare", "loadavg": "KindShare", "uint64": "KindLongCount",
	"tmpfs_size": "KindBytesOrShare", "compress": "KindBoolOrBytes", "duration": "KindSpan", "line_max": "KindLineMax", "n_autovts": "KindTerminals",
	"warn_compat": "KindIgnored", "protect_system_pid1": "KindOther",
}

// enumAliases are the directives that share the values of another.
var enumAliases = map[string]string{
	"StandardError": "StandardOutput", "SuccessAction": "FailureAction", "JobTimeoutAction": "FailureAction",
	"StartLimitAction": "FailureAction", "CtrlAltDelBurstAction": "FailureAction", "OnSuccessJobMode": "OnFailureJobMode",
	"DefaultOOMPolicy": "OOMPolicy", "ManagedOOMSwap": "ManagedOOMMemoryPressure", "CPUPressureWatch": "MemoryPressureWatch",
	"IOPressureWatch": "MemoryPressureWatch", "DefaultMemoryPressureWatch": "MemoryPressureWatch",
	"DefaultCPUPressureWatch": "MemoryPressureWatch", "DefaultIOPressureWatch": "MemoryPressureWatch",
	"DefaultStandardError": "DefaultStandardOutput",
	"HandleHibernateKey":   "IdleAction", "HandleHibernateKeyLongPress": "IdleAction", "HandleLidSwitch": "IdleAction",
	"HandleLidSwitchDocked": "IdleAction", "HandleLidSwitchExternalPower": "IdleAction", "HandlePowerKey": "IdleAction",
	"HandlePowerKeyLongPress": "IdleAction", "HandleRebootKey": "IdleAction", "HandleRebootKeyLongPress": "IdleAction",
	"HandleSecureAttentionKey": "IdleAction", "HandleSuspendKey": "IdleAction", "HandleSuspendKeyLongPress": "IdleAction",
	"MulticastDNS": "LLMNR",
}

// isEnumKind reports whether a kind has a table of values.
func isEnumKind(kind string) bool {
	switch kind {
	case "KindEnum", "KindSchedPolicy", "KindIOClass", "KindHostname", "KindInput", "KindOutput":
		return true
	}
	return false
}

// enumName returns the name of the table of values of a directive in a section,
// "" if there is none.
func enumName(name, section string, tables map[string]bool) string {
	alias := enumAliases[name]
	switch {
	case tables[name+" "+section]:
		return name + " " + section
	case tables[name]:
		return name
	case tables[alias]:
		return alias
	}
	return ""
}

// kindsByName are the grammars that depend on the name, too.
var kindsByName = map[string]string{
	"OnCalendar": "KindCalendar", "ListenFIFO": "KindListenPath", "ListenMessageQueue": "KindListenPath", "ListenUSBFunction": "KindListenPath",
	"ListenSpecial": "KindListenSpecial", "ListenNetlink": "KindListenNetlink",
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
	enums, err := readTable(data, "enums.tsv", 6)
	if err != nil {
		return err
	}
	hasEnum := map[string]bool{}
	for _, e := range enums.rows {
		hasEnum[e[0]] = true
	}
	t, err := readTable(data, "directives.tsv", directiveColumns)
	if err != nil {
		return err
	}
	s.printf("// table holds every directive, sorted by name.\nvar table = [...]Directive{\n")
	for _, row := range t.rows {
		writeDirective(s, row, docs, hasEnum)
	}
	s.printf("}\n\n// enums holds the values of every enum directive, by name.\nvar enums = map[string]*Enum{\n")
	for _, e := range enums.rows {
		writeEnum(s, e)
	}
	s.printf("}\n")
	return nil
}

func writeDirective(s *source, row []string, docs map[string][2]string, hasEnum map[string]bool) {
	name, sections := row[colName], strings.Split(row[colSections], ",")
	doc, ok := docs[name+" "+sections[0]]
	if !ok {
		doc = docs[name]
	}
	parsers := strings.Fields(row[colParsers])
	// In other configuration files a name may have another sense.
	k := kind(parsers[0], row[colEnum] != "" || (hasEnum[name] || hasEnum[enumAliases[name]]) && !configuration[sections[0]])
	k = cmp.Or(kindsByName[name], k)
	s.printf("{Name: %q, sections: %s, Kind: %s, Repeat: %s, Empty: %s", name,
		"in"+strings.Join(sections, "|in"), k, repeat(row[colRepeat]), empty(row[colEmpty]))
	if table := enumName(name, sections[0], hasEnum); table != "" && isEnumKind(k) {
		s.printf(", enum: %q", table)
	}
	if len(parsers) > 1 { // no directive has changed its parser twice
		before, version, _ := strings.Cut(parsers[1], "<")
		before, strict := strings.CutSuffix(before, "!")
		if strict {
			s.printf(", StrictBefore: true")
		}
		s.printf(", Before: %s, Changed: %s", kind(before, false), version)
	}
	if row[colSince] != "" {
		s.printf(", Since: %s", row[colSince])
	}
	if row[colUntil] != "" {
		s.printf(", Until: %s", row[colUntil])
	}
	if row[colSpecifiers] == "true" {
		s.printf(", Specifiers: true")
	}
	if row[colQuoting] != "none" {
		s.printf(", Quoted: true")
	}
	if v, ok := strings.CutPrefix(row[colStatus], "ignored "); ok {
		s.printf(", IgnoredSince: %s", v)
	} else if row[colStatus] != "" {
		s.printf(", Deprecated: true")
	}
	if row[colReplacement] != "" {
		s.printf(", Replacement: %q", row[colReplacement])
	}
	if doc[0] != "" {
		s.printf(", Default: %q", doc[0])
	}
	s.printf(", Doc: %q, Man: %q},\n", doc[1], row[colMan])
}

// readDocs returns default and sentence by name, or by name and section.
func readDocs(data string) (map[string][2]string, error) {
	t, err := readTable(data, "docs.tsv", 3)
	if err != nil {
		return nil, err
	}
	docs := map[string][2]string{}
	for _, row := range t.rows {
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
