; What a TypeScript file defines. A later pattern refines the kind that an earlier one gave.

; Visible outside.
(export_statement "export" @export declaration: [
  (function_declaration name: (_) @name) @definition.function
  (generator_function_declaration name: (_) @name) @definition.function
  (function_signature name: (_) @name) @definition.function
  (class_declaration name: (_) @name) @definition.class
  (abstract_class_declaration name: (_) @name) @definition.class
  (interface_declaration name: (_) @name) @definition.interface
  (type_alias_declaration name: (_) @name) @definition.type
  (enum_declaration name: (_) @name) @definition.enum
  (internal_module name: (identifier) @name) @definition.namespace])
(export_statement "export" @export declaration: (ambient_declaration [
  (function_signature name: (_) @name) @definition.function
  (class_declaration name: (_) @name) @definition.class
  (abstract_class_declaration name: (_) @name) @definition.class
  (interface_declaration name: (_) @name) @definition.interface
  (type_alias_declaration name: (_) @name) @definition.type
  (enum_declaration name: (_) @name) @definition.enum
  (internal_module name: (identifier) @name) @definition.namespace]))
(export_statement "export" @export declaration: (variable_declaration
  (_ name: (identifier) @name) @definition.variable))
(export_statement "export" @export declaration: (lexical_declaration
  (_ name: (identifier) @name) @definition.variable))
(export_statement "export" @export declaration: (ambient_declaration (lexical_declaration
  (_ name: (identifier) @name) @definition.variable)))

; Variables and constants.
(variable_declarator name: (identifier) @name
  value: (as_expression [(type_identifier) (generic_type) (nested_type_identifier)] @type))
  @definition.variable
(variable_declaration (_ name: (identifier) @name
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  value: (_)? @value) @definition.variable)
(lexical_declaration kind: "let" (_ name: (identifier) @name
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  value: (_)? @value) @definition.variable)
(lexical_declaration kind: "const" (_ name: (identifier) @name
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  value: (_)? @value) @definition.constant)

; A function or class that is the value of a variable is named by it.
(variable_declarator name: (identifier) @name
  value: (arrow_function
    return_type: (_
      [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
    body: (_) @body)) @definition.function
(variable_declarator name: (identifier) @name
  value: [(function_expression body: (_) @body) (generator_function body: (_) @body)]
) @definition.function
(variable_declarator name: (identifier) @name
  value: (class body: (_) @body)) @definition.class

; Functions.
(function_declaration name: (identifier) @name
  return_type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  body: (_) @body) @definition.function
(generator_function_declaration name: (identifier) @name
  body: (_) @body) @definition.function
(function_signature name: (identifier) @name
  return_type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
) @definition.function
(export_statement "export" @export "default" @name
  value: [(function_expression !name body: (_) @body) (arrow_function body: (_) @body)]
  @definition.function)
(export_statement "export" @export "default" @name
  value: [(object) (array) (call_expression) (new_expression) (string) (template_string)
    (as_expression) (satisfies_expression)] @value) @definition.variable
(export_statement "export" @export "default" @name
  value: (class !name body: (_) @body) @definition.class)

; Types.
(class_declaration name: (_) @name body: (_) @body) @definition.class
(abstract_class_declaration name: (_) @name body: (_) @body) @definition.class
(class name: (_) @name body: (_) @body) @definition.class
(class_declaration name: (_) @name (class_heritage (_
  value: [(identifier) @extends (_ property: (_) @extends)])))
  @definition.class
(class_declaration name: (_) @name (class_heritage (implements_clause
  [(type_identifier) (generic_type) (nested_type_identifier)] @implements)))
  @definition.class
(abstract_class_declaration name: (_) @name (class_heritage (_
  value: [(identifier) @extends (_ property: (_) @extends)])))
  @definition.class
(abstract_class_declaration name: (_) @name (class_heritage (implements_clause
  [(type_identifier) (generic_type) (nested_type_identifier)] @implements)))
  @definition.class
(variable_declarator name: (identifier) @name
  value: (class (class_heritage (_ value: (identifier) @extends))))
  @definition.class
(interface_declaration name: (_) @name body: (_) @body) @definition.interface
(interface_declaration name: (_) @name (extends_type_clause
  type: [(type_identifier) (generic_type) (nested_type_identifier)] @extends))
  @definition.interface
(type_alias_declaration name: (_) @name value: (_) @body) @definition.type
(type_alias_declaration name: (_) @name value: (type_identifier) @type) @definition.type
(type_alias_declaration name: (_) @name value: (generic_type) @type) @definition.type
(type_alias_declaration name: (_) @name value: (array_type) @type) @definition.type
; A type that begins with a name, and may be others too.
(type_alias_declaration name: (_) @name value: (union_type . [
  (type_identifier) (generic_type) (nested_type_identifier)
  (union_type . [(type_identifier) (generic_type) (nested_type_identifier)
    (union_type . [(type_identifier) (generic_type) (nested_type_identifier)
      (union_type . [(type_identifier) (generic_type)])])])]) @type) @definition.type
; An intersection has the members of its parts, and some generic types those of their argument.
(type_alias_declaration name: (_) @name value: (intersection_type [
  [(type_identifier) (generic_type) (nested_type_identifier)] @extends
  (intersection_type [
    [(type_identifier) (generic_type) (nested_type_identifier)] @extends
    (intersection_type [(type_identifier) (generic_type)] @extends)])])) @definition.type
(type_alias_declaration name: (_) @name
  value: (generic_type name: (type_identifier) @_generic
    type_arguments: (type_arguments . [(type_identifier) (generic_type)] @extends))
  (#any-of? @_generic "Readonly" "Partial" "Required" "Omit" "Pick" "NonNullable")
) @definition.type
(enum_declaration name: (_) @name body: (_) @body) @definition.enum
(enum_body name: (property_identifier) @name @definition.variant)
(enum_assignment name: (property_identifier) @name value: (_) @value) @definition.variant

; Members.
(public_field_definition
  name: [(property_identifier) (private_property_identifier)] @name
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  value: (_)? @value) @definition.field
(public_field_definition name: (property_identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])
  @definition.method
(method_definition
  name: [(property_identifier) (private_property_identifier)] @name
  return_type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  body: (_) @body) @definition.method
(method_definition name: (property_identifier) @name
  (#eq? @name "constructor")) @definition.constructor
(method_signature name: (property_identifier) @name
  return_type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
) @definition.method
(abstract_method_signature name: (property_identifier) @name
  return_type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
) @definition.method
(property_signature name: (property_identifier) @name
  type: (_
    [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
) @definition.property
; A parameter property is a field of the class and a parameter of its constructor.
(class_declaration name: (_) @owner body: (_ (_ parameters: (_ (required_parameter
    [(accessibility_modifier) "readonly"] pattern: (identifier) @name
    type: (_
      [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  ) @definition.field))))
(class_declaration name: (_) @owner body: (_ (_ parameters: (_ (optional_parameter
    [(accessibility_modifier) "readonly"] pattern: (identifier) @name
    type: (_
      [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  ) @definition.field))))
(abstract_class_declaration name: (_) @owner body: (_ (_ parameters: (_ (required_parameter
    [(accessibility_modifier) "readonly"] pattern: (identifier) @name
    type: (_
      [(type_identifier) (generic_type) (union_type) (intersection_type)
      (nested_type_identifier) (array_type) (readonly_type) (this_type)] @type)?
  ) @definition.field))))

; Namespaces.
(internal_module name: (identifier) @name body: (_) @body) @definition.namespace
(internal_module name: (nested_identifier property: (_) @name)
  body: (_) @body) @definition.namespace
(module name: (identifier) @name body: (_) @body) @definition.namespace
(module name: (string (string_fragment) @name) body: (_) @body) @definition.module

; The keys of an object that a variable or an export is, and every function in one. Where the
; variable has a type, its keys are that type's.
(variable_declarator !type
  value: (_ (_ key: (property_identifier) @name value: (_) @value)
    @definition.property))
(variable_declarator !type
  value: (as_expression (_ (_ key: (property_identifier) @name value: (_) @value)
    @definition.property)))
(export_statement
  value: (_ (_ key: (property_identifier) @name value: (_) @value)
    @definition.property))
(variable_declarator !type
  value: (_ (_ key: (property_identifier) @name
    value: [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
    @definition.method))
(export_statement
  value: (_ (_ key: (property_identifier) @name
    value: [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
    @definition.method))

; Tests of the usual frameworks, named by what they say.
(expression_statement (_ function: (identifier) @_test
  arguments: (_ . (string (string_fragment) @name)
    [(arrow_function) (function_expression)])
  (#any-of? @_test "describe" "it" "test" "suite" "context"))) @definition.test

; What a function without a declared type gives back.
(function_declaration name: (identifier) @name !return_type
  body: (_ (return_statement (_) @returns) .)) @definition.function
(method_definition name: (property_identifier) @name !return_type
  body: (_ (return_statement (_) @returns) .)) @definition.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function !return_type body: (_ (return_statement (_) @returns) .))
    (function_expression !return_type body: (_ (return_statement (_) @returns) .))
    (arrow_function !return_type body: [(identifier) (member_expression) (call_expression) (new_expression)
      (await_expression)] @returns)]) @definition.function

; What is read like a field is a property, whatever it gives back.
(method_definition ["get" "set"] name: (property_identifier) @name) @definition.property
