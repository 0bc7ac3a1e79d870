package gen

// order are the directives of a service in the groups, and in the order, in
// which they are written.
var order = [][]string{
	{"Type", "ExecStart", "Restart", "RestartSec"},
	{"User", "Group", "DynamicUser", "PrivateUsers", "PrivatePIDs", "UMask", "KeyringMode"},
	{"LoadCredential", "StateDirectory", "StateDirectoryMode"},
	{"ProtectSystem", "ReadWritePaths", "ProtectHome", "PrivateTmp", "PrivateMounts"},
	{"PrivateDevices", "DevicePolicy", "DeviceAllow"},
	{"ProcSubset", "ProtectProc"},
	{"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectHostname", "ProtectClock"},
	{"AmbientCapabilities", "CapabilityBoundingSet"},
	{"PrivateNetwork", "RestrictAddressFamilies"},
	{"SystemCallArchitectures", "SystemCallFilter", "SystemCallErrorNumber"},
	{"NoNewPrivileges", "LockPersonality", "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "RestrictNamespaces", "RemoveIPC"},
}

// reasons say in one line why a directive is set; what depends on its value is
// said where the value is chosen.
var reasons = map[string]string{
	"ExecStart":               "What the service runs.",
	"Restart":                 "Starts it again when it fails.",
	"RestartSec":              "Waits between two starts, so that a short outage does not use up the start limit.",
	"PrivateUsers":            "Users other than root and its own show as nobody; no capability over the host.",
	"PrivatePIDs":             "Other processes can be neither seen nor signaled. Needs systemd 257.",
	"UMask":                   "Files it creates can be read by its own user only.",
	"KeyringMode":             "A kernel keyring of its own. It is the default, and stays so.",
	"StateDirectory":          "The directory below /var/lib that it may write.",
	"LoadCredential":          "Secrets, as files in $CREDENTIALS_DIRECTORY that only this unit can read.",
	"ReadWritePaths":          "What else it may write.",
	"ProtectHome":             "Hides /home, /root and /run/user.",
	"PrivateTmp":              "A /tmp and /var/tmp of its own, removed when it stops.",
	"PrivateMounts":           "Keeps mounts that it makes to itself.",
	"PrivateDevices":          "Only pseudo devices such as /dev/null.",
	"DevicePolicy":            "Only pseudo devices such as /dev/null, and those below.",
	"DeviceAllow":             "The devices that it opens.",
	"ProcSubset":              "Leaves only the directories of processes in /proc.",
	"ProtectProc":             "Hides the processes of other users in /proc.",
	"ProtectKernelTunables":   "Makes kernel variables in /proc/sys and /sys read-only.",
	"ProtectKernelModules":    "Forbids loading kernel modules.",
	"ProtectKernelLogs":       "Forbids reading and clearing the kernel's log.",
	"ProtectControlGroups":    "Makes the control groups read-only.",
	"ProtectHostname":         "Forbids changing the host name.",
	"ProtectClock":            "Forbids setting the clock.",
	"AmbientCapabilities":     "Grants no capability.",
	"CapabilityBoundingSet":   "Takes every capability away for good. `[ ]` would take nothing away.",
	"RestrictAddressFamilies": "The kinds of sockets that it may open.",
	"SystemCallArchitectures": "Refuses system calls of foreign architectures, a way round the filter.",
	"SystemCallFilter":        "Refuses system calls that it does not need. Each item needs its own \"~\".",
	"SystemCallErrorNumber":   "A refused call fails; without this it would end the process.",
	"NoNewPrivileges":         "Setuid programs run without their privileges.",
	"LockPersonality":         "Locks the execution domain, which only emulators change.",
	"MemoryDenyWriteExecute":  "Refuses memory that is writable and executable. Just-in-time compilers need it.",
	"RestrictRealtime":        "Refuses realtime scheduling, with which a process can take a whole CPU.",
	"RestrictSUIDSGID":        "Forbids setting the setuid and setgid bits of files.",
	"RestrictNamespaces":      "Refuses to create namespaces, as containers do.",
	"RemoveIPC":               "Removes the IPC objects of its user when it stops.",
}
