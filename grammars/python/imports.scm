(import_statement) @import
(import_statement name: (dotted_name) @import.leaf @import.namespace)
(import_statement
  name: (aliased_import
    name: (dotted_name) @import.leaf
    alias: (identifier) @import.alias) @import.namespace)

(import_from_statement) @import
(import_from_statement module_name: (_) @import.prefix) @import.group
(import_from_statement name: (dotted_name) @import.leaf)
(import_from_statement
  name: (aliased_import name: (dotted_name) @import.leaf alias: (identifier) @import.alias))
(import_from_statement (wildcard_import) @import.glob)
(future_import_statement) @import
