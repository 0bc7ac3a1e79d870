package value

import (
	"math"

	"wardnix/lint/systemd/directive"
)

const (
	numberWords = "a number"
	pathWords   = "an absolute path"
	pathsWords  = "absolute paths"
)

// kinds has a row for each kind of value.
var kinds = [...]kind{
	directive.KindOther:   {words: "text"},
	directive.KindIgnored: {words: "anything, without effect"},

	// Switches and words.
	directive.KindBool:        {words: "a boolean", check: checkBool, repair: repairBool, order: orderBools, form: Boolean},
	directive.KindTristate:    {words: "a boolean", check: checkBool, repair: repairBool, order: orderBools, form: Boolean},
	directive.KindEnum:        {words: "a word", offers: offerEnum, check: checkEnum, repair: repairEnum, order: orderEnums, form: Switch},
	directive.KindSchedPolicy: {words: "a scheduling policy", offers: offerEnum, check: checkSchedPolicy, repair: repairEnum, order: orderEnums, form: Switch},
	directive.KindIOClass:     {words: "a scheduling class", offers: offerEnum, check: checkIOClass, repair: repairEnum, order: orderEnums, form: Switch},
	directive.KindHostname:    {words: "a word with an optional :NAME", offers: offerEnum, check: checkHostname, repair: repairEnum, order: orderEnums},
	directive.KindInput:       {words: "a standard input", offers: offerEnum, check: checkInput, repair: repairEnum},
	directive.KindOutput:      {words: "a standard output", offers: offerEnum, check: checkOutput, repair: repairEnum},
	directive.KindMountFlags:  {words: "a mount propagation flag", offers: offerWords("shared", "slave", "private"), check: oneOf("shared", "slave", "private")},
	directive.KindLogLevel:    {words: "a log level", offers: offerWords(logLevels...), check: named(logLevels, 7)},
	directive.KindFacility:    {words: "a log facility", offers: offerWords(logFacilities...), check: named(logFacilities, 127)},
	directive.KindPersonality: {words: "a personality of this machine", offers: offerWords("x86-64", "x86", "arm64", "arm"), check: oneOf("x86-64", "x86", "arm64", "arm")},
	directive.KindSignal:      {words: "a signal", check: test(validSignal), repair: repairSignal},
	directive.KindErrno:       {words: "an error number", check: test(isErrno)},

	// Numbers.
	directive.KindMode:             {words: "octal digits up to 7777", check: test(isMode), repair: repairMode, order: orderModes, form: Octal},
	directive.KindInt:              {words: "an integer", check: signed(math.MinInt32, math.MaxInt32), form: Number},
	directive.KindLong:             {words: "an integer", check: signed(math.MinInt64, math.MaxInt64), form: Number},
	directive.KindCount:            {words: "an integer from 0 to 4294967295", check: unsigned(0, math.MaxUint32), form: Number},
	directive.KindTerminals:        {words: "an integer from 0 to 15", check: unsigned(0, 15), form: Number},
	directive.KindLongCount:        {words: "an integer from 0 on", check: unsigned(0, math.MaxUint64)},
	directive.KindCountOrInfinity:  {words: "an integer from 0 to 4294967295, or infinity", check: or("infinity", unsigned(0, math.MaxUint32)), repair: repairInfinity, form: Number},
	directive.KindNice:             {words: "an integer from -20 to 19", check: signed(-20, 19), form: Number},
	directive.KindOOMScore:         {words: "an integer from -1000 to 1000", check: signed(-1000, 1000), form: Number},
	directive.KindIOPriority:       {words: "an integer from 0 to 7", check: signed(0, 7), form: Number},
	directive.KindRealtimePriority: {words: "an integer from 0 to 99", check: signed(0, 99), form: Number},
	directive.KindExitStatus:       {words: "an integer from 0 to 255", check: unsigned(0, math.MaxUint8)},
	directive.KindWeight:           {words: "an integer from 1 to 10000", check: test(isWeight), form: Number},
	directive.KindCPUWeight:        {words: "an integer from 1 to 10000, or idle", check: or("idle", test(isWeight)), form: Number},
	directive.KindBlockIOWeight:    {words: "an integer from 10 to 1000", check: unsigned(10, 1000), form: Number},
	directive.KindPercent:          {words: "a percentage", check: test(isPercent), repair: repairPercent, order: orderSizes},
	directive.KindShare:            {words: "a percentage up to 100%", check: test(isShare)},

	// Sizes and limits.
	directive.KindBytes:           {words: sizeWords, check: test(isSize), repair: repairSize, order: orderSizes, form: Number},
	directive.KindLineMax:         {words: sizeWords, check: checkLineMax, repair: repairSize, order: orderSizes, form: Number},
	directive.KindBytesOrInfinity: {words: sizeWords + " or infinity", check: or("infinity", test(isSize)), repair: repairSize},
	directive.KindBytesOrShare:    {words: sizeWords + " or percentage", check: test(isSizeOrShare), repair: repairSize},
	directive.KindBoolOrBytes:     {words: "a boolean or " + sizeWords, check: checkBoolOrSize, repair: repairSize},
	directive.KindMemory:          {words: sizeWords + ", percentage or infinity", check: checkMemory, repair: repairSize, order: orderSizes, form: Number},
	directive.KindLongBytes:       {words: sizeWords, check: test(isLongSize), repair: repairSize, order: orderSizes, form: Number},
	directive.KindQuota:           {words: "off, a percentage or " + sizeWords, check: test(isQuota), repair: repairSize},
	directive.KindTasks:           {words: "a number of tasks, percentage or infinity", check: test(isTasks), repair: repairInfinity, order: orderSizes, form: Number},
	directive.KindLimit:           {words: "a limit (SOFT or SOFT:HARD)", check: checkLimit, repair: repairLimit, order: orderSizes, form: Number},

	// Times.
	directive.KindSpan:        {words: spanWords, check: test(isSpan), order: orderSpans, form: Span},
	directive.KindSpanOrEmpty: {words: spanWords, check: test(isSpan), order: orderSpans, form: Span},
	directive.KindSpanNano:    {words: spanWords, check: test(isNanoSpan), order: orderSpans},
	directive.KindTimeout:     {words: spanWords, check: test(isSpan), order: orderTimeouts, form: Span},
	directive.KindWatchdog:    {words: "a time span, off or default", check: test(isWatchdog), order: orderTimeouts, form: Span},
	directive.KindPressure:    {words: spanWords, check: checkMemoryPressureDuration},
	directive.KindTimer:       {words: spanWords, check: checkTimer, split: whole, form: Number},
	directive.KindCalendar:    {words: "a calendar expression", check: checkCalendar, repair: repairCalendar, split: whole},

	// Sets of words.
	directive.KindCapabilities:   {words: "capabilities", offers: offerCapabilities, check: checkCapabilities, repair: repairCapabilities, inverts: true, firstDecides: true},
	directive.KindSyscallFilter:  {words: "system calls and groups", offers: offerGroups, check: checkFilter, repair: repairFilter, inverts: true, firstDecides: true},
	directive.KindSyscallLog:     {words: "system calls and groups", offers: offerGroups, check: logSet.check, inverts: true},
	directive.KindFamilies:       {words: "address families, or none", offers: offerFamilies, check: checkFamilies, repair: familySet.repair, inverts: true, firstDecides: true},
	directive.KindNamespaces:     {words: "a list of namespace types", offers: offerNamespaces, check: checkNamespaces, repair: namespaceSet.repair, inverts: true, form: Switch},
	directive.KindArchitectures:  {words: "architectures", offers: offerArchitectures, check: architectureSet.check, repair: architectureSet.repair},
	directive.KindFileSystems:    {words: "file system types", check: fileSystemSet.check, inverts: true},
	directive.KindInterfaces:     {words: "network interfaces", check: checkInterfaces, inverts: true},
	directive.KindAddresses:      {words: "IP addresses with an optional prefix length, any, localhost, link-local or multicast", check: addressSet.check, repair: addressSet.repair},
	directive.KindDelegate:       {words: "a boolean or controllers", check: checkDelegate, repair: delegateSet.repair, form: Switch},
	directive.KindControllers:    {words: "controllers", check: checkControllers, repair: controllerSet.repair},
	directive.KindStatusSet:      {words: "exit statuses and signals", check: statusSet.check},
	directive.KindSecureBits:     {words: "secure bits", check: checkSecureBits},
	directive.KindCoredumpFilter: {words: "a list of memory types", check: test(validDumpTypes)},
	directive.KindCPUSet:         {words: "a list of numbers and ranges", check: checkCPUs},
	directive.KindCPUAffinity:    {words: "a list of numbers and ranges", check: or("numa", checkCPUs)},
	directive.KindNUMAMask:       {words: "all, or a list of numbers and ranges", check: or("all", checkNodes)},
	directive.KindSocketBind:     {words: "[FAMILY:][PROTOCOL:]PORTS", check: checkSocketBind},
	directive.KindDNSServers:     {words: "IP addresses with an optional :PORT, %INTERFACE and #NAME", check: each(0, serverProblem), repair: repairServers},

	// Names and text.
	directive.KindString:           {words: "text", check: checkString},
	directive.KindReboot:           {words: "ASCII text of up to 255 characters", check: checkRebootArgument, split: whole},
	directive.KindUser:             {words: "a user or group name", check: checkUser},
	directive.KindGroups:           {words: "a user or group name", check: checkGroups},
	directive.KindBusName:          {words: "a D-Bus name", check: checkBusName},
	directive.KindUnit:             {words: "a unit name", check: checkTrigger},
	directive.KindSlice:            {words: "a slice", check: loadedUnit(".slice")},
	directive.KindUnits:            {words: "unit names", check: checkUnits},
	directive.KindInstall:          {words: "unit names"},
	directive.KindDocumentation:    {words: "URIs", check: checkDocumentation},
	directive.KindCondition:        {words: "a value after optional | and !", check: checkCondition, split: whole},
	directive.KindListen:           {words: "a socket address", check: checkListenAddress, split: whole},
	directive.KindListenPath:       {words: pathWords, check: checkListenPath, split: whole},
	directive.KindListenSpecial:    {words: pathWords, check: checkAbsolute, split: whole},
	directive.KindListenNetlink:    {words: "a netlink family with an optional group", check: checkListenNetlink, split: whole},
	directive.KindInterface:        {words: "a network interface or *", check: or("*", checkBoundInterface)},
	directive.KindAnyInterface:     {words: "a network interface", check: checkInterface(longestAlternative)},
	directive.KindDescriptorName:   {words: "a descriptor name", check: checkDescriptorName},
	directive.KindTOS:              {words: "low-delay, throughput, reliability, low-cost or a number up to 255", check: test(isTOS)},
	directive.KindSocketProtocol:   {words: "udplite, sctp or mptcp", offers: offerWords(socketProtocols...), check: test(isSocketProtocol)},
	directive.KindTimestamping:     {words: "off, us or ns", check: test(isTimestamping)},
	directive.KindDeferral:         {words: "a boolean or patient", check: test(isDeferral)},
	directive.KindAttribute:        {words: "user.NAME=VALUE", check: checkAttribute, split: whole},
	directive.KindService:          {words: "a service", check: loadedUnit(".service")},
	directive.KindSockets:          {words: "sockets", check: checkSockets},
	directive.KindNFTSets:          {words: "SOURCE:FAMILY:TABLE:SET words", check: each(Unquote|RetainEscape, nftSetProblem)},
	directive.KindLogNamespace:     {words: "a journal namespace", check: checkLogNamespace},
	directive.KindCredentialGlob:   {words: "a credential name that may end in *", check: checkCredentialGlob, split: whole},
	directive.KindControlGroup:     {words: "the name of a control group", check: test(validControlGroup)},
	directive.KindSessions:         {words: "session names", check: each(0, sessionProblem)},
	directive.KindRules:            {words: "names of rule files", check: each(Unquote|RetainEscape, ruleProblem)},
	directive.KindPattern:          {words: "a regular expression after an optional ~", check: test(func(text string) bool { return text != "~" }), split: whole, inverts: true},
	directive.KindRefresh:          {words: "a boolean, extensions or credentials", check: checkRefresh, inverts: true},
	directive.KindLabel:            {words: "a label", check: checkLabel},
	directive.KindLogFields:        {words: "FIELD=VALUE words", check: checkLogFields},
	directive.KindInputText:        {words: "text", check: checkInputText, split: whole},
	directive.KindInputData:        {words: "Base64", check: checkInputData, split: whole},
	directive.KindEnvironment:      {words: "NAME=VALUE words", check: variables(Unquote|cUnescape, "not NAME=VALUE", validAssignment), repair: repairEnvironment},
	directive.KindVariables:        {words: "variable names", check: variables(Unquote, "not a variable name", validVariable)},
	directive.KindUnsetEnvironment: {words: "variable names or NAME=VALUE words", check: variables(Unquote|cUnescape, "not a variable name or NAME=VALUE", validVariableOrAssignment)},
	directive.KindExec:             {words: "a command line", check: checkExec, repair: repairPercents, split: whole},
	directive.KindLoadCredential:   {words: "ID[:PATH]", check: checkLoadCredential, split: whole},
	directive.KindSetCredential:    {words: "ID:DATA", check: checkSetCredential, split: whole},

	// Paths.
	directive.KindPath:             {words: pathWords, check: checkPath, repair: repairPaths},
	directive.KindPlainPath:        {words: pathWords, check: checkPlainPath},
	directive.KindPathSpec:         {words: pathWords, check: checkAbsolute, split: whole},
	directive.KindFilterPath:       {words: pathWords, check: checkAbsolute, split: whole},
	directive.KindEnvironmentFile:  {words: pathWords + " after an optional -", check: checkEnvironmentFile, repair: repairPaths, split: whole},
	directive.KindPIDFile:          {words: "a path", check: checkPIDFile},
	directive.KindWorkingDirectory: {words: pathWords + " or ~", check: checkWorkingDirectory, repair: repairPaths},
	directive.KindConditionPath:    {words: pathWords + " after optional | and !", check: checkConditionPath, split: whole},
	directive.KindPaths:            {words: pathsWords, check: checkPaths, repair: repairPaths, split: pathElements, covers: func(outer, inner string) bool { return Below(inner, outer) }},
	directive.KindMountsFor:        {words: pathsWords, check: checkMountsFor},
	directive.KindTmpfs:            {words: "PATH[:OPTIONS] words", check: checkTmpfs},
	directive.KindBindPaths:        {words: "SOURCE[:DESTINATION[:OPTIONS]] words", check: checkBindPaths},
	directive.KindDirectories:      {words: "relative paths", check: checkDirectories, repair: repairDirectories},
	directive.KindSearchPath:       {words: pathsWords + " with colons between them", check: checkSearchPath},
	directive.KindMountImages:      {words: "SOURCE:DESTINATION[:OPTIONS] words", check: checkMountImages},
	directive.KindExtensionImages:  {words: "SOURCE[:OPTIONS] words", check: checkExtensionImages},

	directive.KindSymlinks:      {words: pathsWords, check: checkSymlinks},
	directive.KindRootHash:      {words: "an absolute path or a hash in hexadecimal digits", check: test(isRootHash)},
	directive.KindRootSignature: {words: "an absolute path or base64: with data", check: test(isRootHashSignature)},
	directive.KindBPFProgram:    {words: "TYPE:PATH", check: checkBPFProgram, split: whole},
	directive.KindOpenFile:      {words: "PATH[:NAME[:OPTIONS]]", check: checkOpenFile, split: whole},
	directive.KindImageOptions:  {words: "[PARTITION:]OPTIONS words", check: checkImageOptions},
	directive.KindImagePolicy:   {words: "PARTITION=FLAGS with colons between them", check: checkImagePolicy},

	// Devices.
	directive.KindDevices:         {words: "a device (/dev/…, char-…, block-…) with rights out of r, w, m", check: checkDevice, split: whole},
	directive.KindDeviceBandwidth: {words: "a device and a value", check: deviceValue(isBandwidth), split: whole},
	directive.KindDeviceWeight:    {words: "a device and a value", check: deviceValue(isWeight), split: whole},
	directive.KindDeviceLatency:   {words: "a device and a value", check: deviceValue(isSpan), split: whole},
}
