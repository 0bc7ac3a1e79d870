package directive

// Kind is the grammar of a directive's value.
type Kind uint8

// The grammars. KindOther stands for values that the package does not judge:
// Check finds them valid.
const (
	KindOther            Kind = iota
	KindIgnored               // a removed directive: taken, without effect
	KindBool                  // yes or no
	KindTristate              // yes or no, empty for the default
	KindEnum                  // one of Directive.Enum
	KindHostname              // an enum with an optional ":NAME"
	KindInput                 // StandardInput=
	KindOutput                // StandardOutput=, StandardError=
	KindString                // free text
	KindMode                  // octal digits
	KindSpan                  // a time span
	KindSpanNano              // a time span, plain numbers are nanoseconds
	KindSpanOrEmpty           // a time span, empty for the default
	KindTimeout               // a time span, 0 for no limit
	KindWatchdog              // a time span, "off" or "default"
	KindTimer                 // a time span or calendar expression
	KindBytes                 // a size
	KindBytesOrInfinity       // a size or "infinity"
	KindBytesOrShare          // a size or percentage
	KindBoolOrBytes           // yes, no, or a size
	KindMemory                // a size, percentage or "infinity"
	KindTasks                 // a count, percentage or "infinity"
	KindPercent               // a percentage, which may exceed 100
	KindShare                 // a percentage up to 100
	KindLimit                 // SOFT:HARD of a resource
	KindInt                   // an integer
	KindCount                 // an unsigned integer
	KindLongCount             // an unsigned integer of 64 bits
	KindCountOrInfinity       // an unsigned integer or "infinity"
	KindNice                  // -20 to 19
	KindOOMScore              // -1000 to 1000
	KindIOPriority            // 0 to 7
	KindRealtimePriority      // 0 to 99
	KindWeight                // 1 to 10000
	KindCPUWeight             // 1 to 10000 or "idle"
	KindExitStatus            // 0 to 255
	KindStatusSet             // exit statuses and signals
	KindSignal                // a signal
	KindErrno                 // an error number or name
	KindLogLevel              // a syslog level
	KindFacility              // a syslog facility
	KindPersonality           // an architecture
	KindMountFlags            // shared, slave or private
	KindSecureBits            // secure bits
	KindCapabilities          // a capability set, "~" inverts
	KindSyscallFilter         // system calls and groups, "~" denies
	KindSyscallLog            // system calls and groups
	KindArchitectures         // system call architectures
	KindFamilies              // address families, "~" denies, or "none"
	KindNamespaces            // yes, no, or namespace types
	KindFileSystems           // file system types
	KindInterfaces            // network interfaces
	KindAddresses             // IP addresses with prefix, and their shortcuts
	KindDNSServers            // IP addresses with port, interface and name
	KindSocketBind            // socket bind rules
	KindFilterPath            // a pinned BPF program
	KindDelegate              // yes, no, or controllers
	KindControllers           // cgroup controllers
	KindDevices               // a device and its rights
	KindDeviceValue           // a device and a number
	KindCPUSet                // CPUs or nodes
	KindCPUAffinity           // CPUs or "numa"
	KindUser                  // a user or group
	KindGroups                // groups
	KindExec                  // a command line
	KindEnvironment           // NAME=VALUE words
	KindVariables             // variable names
	KindUnsetEnvironment      // variable names or NAME=VALUE
	KindEnvironmentFile       // a path, "-" allows it to miss
	KindPath                  // an absolute path
	KindPlainPath             // an absolute path without specifiers
	KindPathSpec              // an absolute path to watch
	KindPaths                 // absolute paths with "-" and "+"
	KindBindPaths             // SOURCE:DESTINATION:OPTIONS
	KindTmpfs                 // PATH:OPTIONS
	KindDirectories           // relative directories
	KindSearchPath            // absolute paths separated by colons
	KindPIDFile               // a path, relative to /run
	KindWorkingDirectory      // an absolute path or "~"
	KindMountsFor             // absolute paths
	KindLoadCredential        // ID:PATH
	KindSetCredential         // ID:DATA
	KindUnit                  // a unit name
	KindUnits                 // unit names
	KindSlice                 // a slice unit
	KindInstall               // unit names of [Install]
	KindCondition             // "|", "!" and a value
	KindConditionPath         // "|", "!" and an absolute path
	KindDocumentation         // URIs
	KindListen                // a socket address
	KindBusName               // a D-Bus name
	KindImages                // SOURCE:DESTINATION:OPTIONS of disk images
	KindCoredumpFilter        // memory types of a core dump
)
