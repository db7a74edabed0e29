; What C++ adds to the definitions of C.

; Namespaces.
(namespace_definition
  name: [
    (namespace_identifier) @name
    (_ (namespace_identifier) @name .)
    (_ (_ (namespace_identifier) @name .))]
  body: (_) @body) @definition.namespace

; Types.
(class_specifier
  name: [(type_identifier) @name (_ !scope name: (_) @name)]
  body: (_) @body) @definition.class
(struct_specifier name: (_ !scope name: (_) @name) body: (_) @body) @definition.struct
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
(declaration declarator: (_
  declarator: (_ ["&" "&&"] (identifier) @name)
  value: (_) @value)) @definition.variable

; Functions.
(declaration type: (_) @type
  declarator: [
    (_ declarator: (operator_name) @name parameters: (_))
    (_ ["&" "&&"] (_ declarator: [(identifier) (operator_name)] @name parameters: (_)))]
) @definition.function
(function_definition declarator: (_) @declarator body: (_)? @body) @definition.function

; What belongs to a type or a namespace from outside.
(function_declarator declarator: [
  (_
    scope: [(namespace_identifier) @owner (_ name: (_) @owner)]
    name: [(identifier) (operator_name) (destructor_name)] @declarator)
  (_ name: (_
    scope: [(namespace_identifier) @owner (_ name: (_) @owner)]
    name: [(identifier) (operator_name) (destructor_name)] @declarator))]
) @definition.method
(init_declarator declarator: (_
  scope: [(namespace_identifier) @owner (_ name: (_) @owner)]
  name: (identifier) @name)) @definition.field

; Methods inside their class.
(field_declaration type: (_) @type
  declarator: [
    (_ declarator: [(field_identifier) (operator_name)] @name parameters: (_))
    (_ (_ declarator: [(field_identifier) (operator_name)] @name parameters: (_)))]
) @definition.method

; Constructors. A destructor is named by its class too: they are renamed together.
(field_declaration_list (_ !type
  declarator: (_ declarator: (identifier) @name parameters: (_))
  body: (_)? @body) @definition.constructor)
(field_declaration_list (_
  declarator: (_ declarator: (destructor_name (identifier) @name) parameters: (_))
  body: (_)? @body) @definition.constructor)
(function_definition !type
  declarator: (_ declarator: (_
    scope: [(namespace_identifier) @owner (_ name: (_) @owner)]
    name: [(identifier) @name (destructor_name (identifier) @name)]))
  (#eq? @name @owner)) @definition.constructor

; `class EXPORTED Name { … }` is read as a function, for the macro takes the place of the name.
(function_definition type: (class_specifier !body)
  declarator: (identifier) @name
  body: (_) @body @local.scope.class) @definition.class
(function_definition type: (struct_specifier !body)
  declarator: (identifier) @name
  body: (_) @body @local.scope.class) @definition.struct

; Tests of GoogleTest, named by their second argument.
(function_definition
  declarator: (_
    declarator: (identifier) @_test
    parameters: (_ . (parameter_declaration) . (_ type: (type_identifier) @name)))
  (#any-of? @_test "TEST" "TEST_F" "TEST_P" "TYPED_TEST")) @definition.test
