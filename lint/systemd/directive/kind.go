package directive

// Kind is the grammar of a directive's value.
type Kind uint8

// The grammars. KindOther is for values that are not judged.
const (
	KindOther            Kind = iota
	KindIgnored               // a removed directive: taken, without effect
	KindBool                  // yes or no
	KindTristate              // yes or no, empty for the default
	KindEnum                  // one of Directive.Enum
	KindSchedPolicy           // an enum that takes numbers up to 2147483647 besides
	KindIOClass               // an enum that takes numbers up to 7 besides
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
	KindTimer                 // a time span of a timer
	KindCalendar              // a calendar expression
	KindBytes                 // a size
	KindLineMax               // a size, raised to 79
	KindBytesOrInfinity       // a size or "infinity"
	KindBytesOrShare          // a size or percentage
	KindBoolOrBytes           // yes, no, or a size
	KindMemory                // a size, percentage or "infinity"
	KindTasks                 // a count, percentage or "infinity"
	KindPercent               // a percentage, which may exceed 100
	KindShare                 // a percentage up to 100
	KindLimit                 // SOFT:HARD of a resource
	KindInt                   // an integer of 32 bits
	KindLong                  // an integer of 64 bits
	KindTerminals             // a number of virtual terminals
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
	KindDeviceBandwidth       // a device and a number of bytes or operations
	KindDeviceWeight          // a device and a weight
	KindDeviceLatency         // a device and a time span
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
	KindMountImages           // SOURCE:DESTINATION:OPTIONS of disk images
	KindExtensionImages       // SOURCE:OPTIONS of disk images
	KindCoredumpFilter        // memory types of a core dump
	KindListenPath            // the path of a FIFO, message queue or USB gadget
	KindListenSpecial         // the path of a device or special file
	KindListenNetlink         // FAMILY GROUP
	KindInterface             // a network interface or "*"
	KindAnyInterface          // a network interface, by whatever name
	KindDescriptorName        // the name of a file descriptor
	KindTOS                   // an IP type of service
	KindSocketProtocol        // a protocol of sockets
	KindTimestamping          // a precision of time stamps
	KindDeferral              // yes, no or patient
	KindAttribute             // an extended attribute
	KindService               // a service
	KindSockets               // sockets
	KindLabel                 // a label of a security module
	KindLogFields             // FIELD=VALUE words
	KindInputText             // text with C escapes
	KindInputData             // Base64
	KindSymlinks              // absolute paths
	KindRootHash              // a path or hash
	KindRootSignature         // a path or signature
	KindImagePolicy           // PARTITION=FLAGS pairs
	KindLongBytes             // a size below 2^63
	KindQuota                 // off, a percentage or size
	KindPressure              // a time span from a second on
	KindNUMAMask              // "all" or nodes
	KindBPFProgram            // TYPE:PATH
	KindNFTSets               // SOURCE:FAMILY:TABLE:SET words
	KindOpenFile              // PATH:NAME:OPTIONS
	KindLogNamespace          // a namespace of the journal
	KindCredentialGlob        // the name of a credential, with "*" at its end
	KindImageOptions          // PARTITION:OPTIONS words
	KindControlGroup          // the name of a control group
	KindRefresh               // yes, no, extensions or credentials
	KindBlockIOWeight         // 10 to 1000
	KindReboot                // an argument of reboot(2)
	KindSessions              // names of sessions of a live update
	KindRules                 // names of rule files
	KindPattern               // a regular expression, "~" denies
)
