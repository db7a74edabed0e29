; What a C file defines.

; Variables, also those of a function.
(declaration type: (_) @type declarator: (_) @declarator) @definition.variable
(declaration declarator: (init_declarator
  declarator: [(identifier) (pointer_declarator) (array_declarator)] @declarator
  value: (_) @value)) @definition.variable

; Functions, declared and defined.
(declaration type: (_) @type
  declarator: [
    (_ declarator: (identifier) parameters: (_))
    (_ declarator: (parenthesized_declarator (identifier)) parameters: (_))
    (_ !value declarator: (_ declarator: (identifier) parameters: (_)))
    (_ !value declarator: (_
      declarator: (parenthesized_declarator (identifier)) parameters: (_)))
    (_ !value declarator: (_
      declarator: (_ declarator: (identifier) parameters: (_))))] @declarator
) @definition.function
(function_definition type: (_) @type declarator: (_) @declarator body: (_) @body
) @definition.function

; Types.
(struct_specifier name: (type_identifier) @name body: (_) @body) @definition.struct
(union_specifier name: (type_identifier) @name body: (_) @body) @definition.union
(enum_specifier name: (type_identifier) @name body: (_) @body) @definition.enum
(enumerator name: (identifier) @name value: (_)? @value) @definition.variant
(type_definition type: (_) @type declarator: (_) @declarator) @definition.type
(type_definition type: (struct_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.struct
(type_definition type: (union_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.union
(type_definition type: (enum_specifier !name body: (_) @body)
  declarator: (type_identifier) @name) @definition.enum
(field_declaration type: (_) @type declarator: (_) @declarator) @definition.field

; Macros.
(preproc_def name: (identifier) @name value: (_)? @body) @definition.macro
(preproc_function_def name: (identifier) @name value: (_)? @body) @definition.macro
