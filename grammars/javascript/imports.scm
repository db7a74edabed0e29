; ES modules: what comes in.
(import_statement "import" . source: (_ (string_fragment) @import.source)) @import
(import_statement (import_clause (identifier) @import.default)
  source: (_ (string_fragment) @import.source)) @import
(import_statement (import_clause (namespace_import (identifier) @import.namespace))
  source: (_ (string_fragment) @import.source)) @import
(import_statement (_ (_ (_ name: _ @import.leaf !alias)))
  source: (_ (string_fragment) @import.source)) @import
(import_statement (_ (_ (_ name: _ @import.leaf alias: (identifier) @import.alias)))
  source: (_ (string_fragment) @import.source)) @import

; ES modules: what goes out again.
(export_statement "*" @import.glob
  source: (_ (string_fragment) @import.source)) @import @import.reexport
(export_statement (namespace_export (_) @import.namespace)
  source: (_ (string_fragment) @import.source)) @import @import.reexport
(export_statement (export_clause (_ name: _ @import.leaf !alias))
  source: (_ (string_fragment) @import.source)) @import @import.reexport
(export_statement (export_clause (_ name: _ @import.leaf alias: _ @import.alias))
  source: (_ (string_fragment) @import.source)) @import @import.reexport

; An export without a source gives a name of this very file away.
(export_statement !source (export_clause (_ name: (identifier) @import.leaf !alias))) @import @import.reexport
(export_statement !source (export_clause (_ name: (identifier) @import.leaf alias: _ @import.alias))
) @import @import.reexport
(export_statement "default" @import.alias
  value: (identifier) @import.leaf) @import @import.reexport
(export_statement "default" @import.alias
  declaration: (_ name: (identifier) @import.leaf)) @import @import.reexport

; CommonJS: what comes in. A module without a binding is still a dependency.
(call_expression function: (import)
  arguments: (_ . (string (string_fragment) @import.source))) @import
(call_expression function: (identifier) @_require
  arguments: (_ . (string (string_fragment) @import.source) .)
  (#eq? @_require "require")) @import
(variable_declarator name: (identifier) @import.namespace
  value: (_ function: (identifier) @_require
    arguments: (_ . (string (string_fragment) @import.source) .))
  (#eq? @_require "require")) @import
(variable_declarator name: (object_pattern
    (shorthand_property_identifier_pattern) @import.leaf)
  value: (_ function: (identifier) @_require
    arguments: (_ . (string (string_fragment) @import.source) .))
  (#eq? @_require "require")) @import
(variable_declarator name: (object_pattern (_
    key: (property_identifier) @import.leaf value: (identifier) @import.alias))
  value: (_ function: (identifier) @_require
    arguments: (_ . (string (string_fragment) @import.source) .))
  (#eq? @_require "require")) @import
(variable_declarator name: (identifier) @import.alias
  value: (_
    object: (_ function: (identifier) @_require
      arguments: (_ . (string (string_fragment) @import.source) .))
    property: (property_identifier) @import.leaf)
  (#eq? @_require "require")) @import

; CommonJS: what goes out.
(assignment_expression
  left: (_ object: (identifier) @_module property: (_) @import.alias)
  right: [(identifier) @import.leaf (function_expression name: (identifier) @import.leaf)
    (class name: (identifier) @import.leaf)]
  (#eq? @_module "module") (#eq? @import.alias "exports")) @import @import.reexport
(assignment_expression
  left: (_ object: (identifier) @_module property: (_) @_exports)
  right: (_ (shorthand_property_identifier) @import.leaf)
  (#eq? @_module "module") (#eq? @_exports "exports")) @import @import.reexport
(assignment_expression
  left: (_ object: (identifier) @_module property: (_) @_exports)
  right: (_ (_ key: (property_identifier) @import.alias value: (identifier) @import.leaf))
  (#eq? @_module "module") (#eq? @_exports "exports")) @import @import.reexport
(assignment_expression
  left: (_ object: (identifier) @_exports property: (_) @import.alias)
  right: (identifier) @import.leaf
  (#eq? @_exports "exports")) @import @import.reexport
(assignment_expression
  left: (_
    object: (_ object: (identifier) @_module property: (_) @_exports)
    property: (_) @import.alias)
  right: (identifier) @import.leaf
  (#eq? @_module "module") (#eq? @_exports "exports")) @import @import.reexport
(assignment_expression
  left: (_ object: (identifier) @_module property: (_) @_exports)
  right: (call_expression function: (identifier) @_require
    arguments: (_ . (string (string_fragment) @import.source) .))
  (#eq? @_module "module") (#eq? @_exports "exports") (#eq? @_require "require")
) @import @import.reexport @import.glob

; A module that is taken when it is needed.
(variable_declarator name: (identifier) @import.namespace
  value: (await_expression (_ function: (import)
    arguments: (_ . (string (string_fragment) @import.source))))) @import
(variable_declarator name: (object_pattern
    (shorthand_property_identifier_pattern) @import.leaf)
  value: (await_expression (_ function: (import)
    arguments: (_ . (string (string_fragment) @import.source))))) @import
(variable_declarator name: (object_pattern (_
    key: (property_identifier) @import.leaf value: (identifier) @import.alias))
  value: (await_expression (_ function: (import)
    arguments: (_ . (string (string_fragment) @import.source))))) @import
(call_expression
  function: (_
    object: (_ function: (import)
      arguments: (_ . (string (string_fragment) @import.source)))
    property: (property_identifier) @_then)
  arguments: (_ . (_ parameters: (_ . (identifier) @import.namespace .)))
  (#eq? @_then "then")) @import
(call_expression
  function: (_
    object: (_ function: (import)
      arguments: (_ . (string (string_fragment) @import.source)))
    property: (property_identifier) @_then)
  arguments: (_ . (_ parameter: (identifier) @import.namespace))
  (#eq? @_then "then")) @import
