; What C++ adds to the definitions of C.

; Namespaces.
(namespace_definition name: (namespace_identifier) @name body: (_) @body) @definition.namespace
(namespace_definition
  name: (nested_namespace_specifier (namespace_identifier) @name .)
  body: (_) @body) @definition.namespace
(namespace_definition
  name: (nested_namespace_specifier
    (nested_namespace_specifier (namespace_identifier) @name .))
  body: (_) @body) @definition.namespace

; Types.
(class_specifier
  name: [(type_identifier) @name (template_type name: (_) @name)]
  body: (_) @body) @definition.class
(struct_specifier name: (template_type name: (_) @name) body: (_) @body) @definition.struct
(class_specifier name: (type_identifier) @name
  (base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @extends)
) @definition.class
(struct_specifier name: (type_identifier) @name
  (base_class_clause [(type_identifier) (qualified_identifier) (template_type)] @extends)
) @definition.struct
(alias_declaration name: (type_identifier) @name
  type: (type_descriptor type: (_) @type)) @definition.type
(concept_definition name: (identifier) @name) @definition.interface

; Variables that are references.
(declaration declarator: (init_declarator
  declarator: (reference_declarator (identifier) @name)
  value: (_) @value)) @definition.variable

; Functions.
(declaration type: (_) @type
  declarator: [
    (function_declarator declarator: (operator_name) @name)
    (reference_declarator
      (function_declarator declarator: [(identifier) (operator_name)] @name))]
) @definition.function
(function_definition declarator: (_) @declarator body: (_)? @body) @definition.function

; What belongs to a type or a namespace from outside.
(function_declarator declarator: (qualified_identifier
  scope: [(namespace_identifier) @owner (template_type name: (_) @owner)]
  name: [(identifier) (operator_name) (destructor_name (identifier))] @declarator)
) @definition.method
(function_declarator declarator: (qualified_identifier name: (qualified_identifier
  scope: [(namespace_identifier) @owner (template_type name: (_) @owner)]
  name: [(identifier) (operator_name) (destructor_name (identifier))] @declarator))
) @definition.method
(init_declarator declarator: (qualified_identifier
  scope: [(namespace_identifier) @owner (template_type name: (_) @owner)]
  name: (identifier) @name)) @definition.field

; Methods inside their class.
(field_declaration type: (_) @type
  declarator: [
    (function_declarator declarator: [(field_identifier) (operator_name)] @name)
    (pointer_declarator
      declarator: (function_declarator declarator: (field_identifier) @name))
    (reference_declarator
      (function_declarator declarator: [(field_identifier) (operator_name)] @name))]
) @definition.method

; Constructors. A destructor is named by its class too: they are renamed together.
(field_declaration_list (declaration !type
  declarator: (function_declarator declarator: (identifier) @name)) @definition.constructor)
(field_declaration_list (function_definition !type
  declarator: (function_declarator declarator: (identifier) @name)
  body: (_)? @body) @definition.constructor)
(field_declaration_list (declaration
  declarator: (function_declarator
    declarator: (destructor_name (identifier) @name))) @definition.constructor)
(field_declaration_list (function_definition
  declarator: (function_declarator declarator: (destructor_name (identifier) @name))
  body: (_)? @body) @definition.constructor)
(function_definition !type
  declarator: (function_declarator declarator: (qualified_identifier
    scope: [(namespace_identifier) @owner (template_type name: (_) @owner)]
    name: [(identifier) @name (destructor_name (identifier) @name)]))
  (#eq? @name @owner)) @definition.constructor

; `class EXPORTED Name { … }` is read as a function, for the macro takes the place of the name.
(function_definition type: (class_specifier !body)
  declarator: (identifier) @name
  body: (_) @body) @definition.class
(function_definition type: (struct_specifier !body)
  declarator: (identifier) @name
  body: (_) @body) @definition.struct

; Tests of GoogleTest, named by their second argument.
(function_definition
  declarator: (function_declarator
    declarator: (identifier) @_test
    parameters: (parameter_list
      . (parameter_declaration)
      . (parameter_declaration type: (type_identifier) @name)))
  (#any-of? @_test "TEST" "TEST_F" "TEST_P" "TYPED_TEST")) @definition.test
