(namespace_definition name: (namespace_name) @name) @definition.namespace

; Types.
(class_declaration name: (name) @name body: (_) @body) @definition.class
(interface_declaration name: (name) @name body: (_) @body) @definition.interface
(trait_declaration name: (name) @name body: (_) @body) @definition.class
(enum_declaration name: (name) @name body: (_) @body) @definition.enum
(class_declaration name: (name) @name
  (base_clause [(name) @extends (qualified_name (name) @extends)])) @definition.class
(class_declaration name: (name) @name
  (class_interface_clause [(name) @implements (qualified_name (name) @implements)])) @definition.class
(class_declaration name: (name) @name
  body: (declaration_list
    (use_declaration [(name) @implements (qualified_name (name) @implements)]))) @definition.class
(interface_declaration name: (name) @name
  (base_clause [(name) @extends (qualified_name (name) @extends)])) @definition.interface
(enum_declaration name: (name) @name
  (class_interface_clause [(name) @implements (qualified_name (name) @implements)])) @definition.enum

; Members. A promoted parameter is a property, too.
(method_declaration name: (name) @name body: (_)? @body) @definition.method
(method_declaration name: (name) @name
  return_type: [(named_type) (optional_type) (union_type)] @type) @definition.method
(method_declaration name: (name) @name (#eq? @name "__construct")) @definition.constructor
(property_declaration (property_element name: (variable_name (name) @name))) @definition.property
(property_declaration
  type: [(named_type) (optional_type) (union_type)] @type
  (property_element name: (variable_name (name) @name))) @definition.property
(property_promotion_parameter name: (variable_name (name) @name)) @definition.property
(property_promotion_parameter
  type: [(named_type) (optional_type) (union_type)] @type
  name: (variable_name (name) @name)) @definition.property
(class_declaration name: (name) @owner body: (declaration_list (method_declaration
  parameters: (formal_parameters (property_promotion_parameter
    name: (variable_name (name) @name)) @definition.property))))
(const_declaration (const_element . (name) @name)) @definition.constant
(enum_case name: (name) @name) @definition.variant

; Functions and constants of the namespace.
(function_definition name: (name) @name body: (_) @body) @definition.function
(function_definition name: (name) @name
  return_type: [(named_type) (optional_type) (union_type)] @type) @definition.function
(function_call_expression function: (name) @_define
  arguments: (arguments . (argument (string (string_content) @name)))
  (#eq? @_define "define")) @definition.constant

; What a method gives to a field of its class.
(assignment_expression
  left: (member_access_expression object: (variable_name) @owner name: (name) @name)
  right: (_) @value) @definition.field
