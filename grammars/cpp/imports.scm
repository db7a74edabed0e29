(using_declaration "using" . (qualified_identifier) @import.leaf) @import
(using_declaration "namespace" @import.glob
  [(identifier) (qualified_identifier)] @import.leaf) @import
(namespace_alias_definition name: (namespace_identifier) @import.alias
  [(namespace_identifier) (nested_namespace_specifier)] @import.leaf) @import
