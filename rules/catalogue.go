package rules

import (
	"wardnix/lint"
	"wardnix/rules/baseline"
	"wardnix/rules/contradiction"
	"wardnix/rules/directive"
	"wardnix/rules/host"
	"wardnix/rules/migration"
	"wardnix/rules/rendering"
	"wardnix/rules/secret"
)

// All is the catalogue, by ID.
//
// The letter of an ID is that of the family: B baselines, C contradictions and
// gaps inside a unit, D directives and their values, H the host, M migrations,
// N how NixOS renders values, S secrets, U comments that suppress findings.
func All() []*lint.Rule {
	catalogue := []*lint.Rule{
		baseline.BaselineMissing,
		baseline.BaselineWeaker,
		contradiction.VoidSetting,
		contradiction.DynamicUserOverride,
		contradiction.AmbientUnbounded,
		contradiction.CapabilityRemoved,
		contradiction.AmbientRoot,
		contradiction.UserNamespaceCapability,
		contradiction.NotifyWithoutUnix,
		contradiction.HomeHidden,
		contradiction.JitForbidden,
		contradiction.PortForbidden,
		contradiction.NetworkMissing,
		contradiction.DataReadOnly,
		contradiction.DeviceHidden,
		contradiction.CommandConfined,
		contradiction.CommandUnconfined,
		contradiction.RedundantSetting,
		contradiction.DelegationReadOnly,
		contradiction.ProgramForbidden,
		contradiction.ProtectionUndone,
		contradiction.NobodyUser,
		contradiction.NowhereWritable,
		directive.UnknownDirective,
		directive.InvalidValue,
		directive.RefusedUnit,
		directive.RemovedDirective,
		directive.DeprecatedDirective,
		directive.NewerDirective,
		directive.ConflictingDefinitions,
		directive.AmbientInverted,
		directive.MonthsMeant,
		directive.ManagersUser,
		directive.ShellSyntax,
		directive.HalfDenied,
		directive.FormatReplaced,
		directive.PathsTogether,
		directive.DependencyStays,
		directive.DeviceGlob,
		host.HostMissing,
		host.HostWeaker,
		host.EmergencySuppressed,
		host.MaskCompanion,
		host.UndeclaredUser,
		host.FirstStageIdle,
		host.WaitOnlineConflict,
		migration.ManagerNames,
		migration.RemovedOption,
		migration.RenamedOption,
		migration.ScriptedStage,
		migration.RemovedHardening,
		migration.GoneUnit,
		rendering.EmptyList,
		rendering.NullValue,
		rendering.DecimalMode,
		rendering.OctalByLuck,
		rendering.TildeOnce,
		rendering.AllowAfterDeny,
		rendering.TildeInside,
		rendering.DenyException,
		rendering.ResetAtEnd,
		rendering.DefaultListLost,
		rendering.UpdateWithProperty,
		rendering.MisplacedProperty,
		rendering.LineBreak,
		rendering.FalseAsText,
		rendering.NestedList,
		rendering.LastLineCounts,
		rendering.NothingDenied,
		rendering.EmptyDeviceList,
		rendering.InstanceShadows,
		rendering.SocketRemains,
		rendering.UserSandbox,
		rendering.MaskMisspelt,
		rendering.TildeAlone,
		rendering.ResetOfOthers,
		rendering.DefaultSetLost,
		secret.SecretFromFile,
		secret.SecretLiteral,
		secret.SecretInStore,
		secret.SecretInProject,
		secret.StorePathLiteral,
		secret.SecretArgument,
	}
	return append(catalogue, lint.IgnoreRules(catalogue)...)
}
