; What a Java file defines.

; Types.
(class_declaration name: (identifier) @name body: (_) @body) @definition.class
(class_declaration name: (identifier) @name superclass: (superclass (_) @extends)
) @definition.class
(class_declaration name: (identifier) @name
  interfaces: (super_interfaces (type_list (_) @implements))) @definition.class
(record_declaration name: (identifier) @name body: (_) @body) @definition.struct
(record_declaration name: (identifier) @name
  interfaces: (super_interfaces (type_list (_) @implements))) @definition.struct
(interface_declaration name: (identifier) @name body: (_) @body) @definition.interface
(interface_declaration name: (identifier) @name
  (extends_interfaces (type_list (_) @extends))) @definition.interface
(enum_declaration name: (identifier) @name body: (_) @body) @definition.enum
(enum_declaration name: (identifier) @name
  interfaces: (super_interfaces (type_list (_) @implements))) @definition.enum
(annotation_type_declaration name: (identifier) @name body: (_) @body) @definition.interface

; Members.
(method_declaration
  type: (_) @type
  name: (identifier) @name
  body: (block)? @body) @definition.method
(constructor_declaration name: (identifier) @name body: (_) @body) @definition.constructor
(compact_constructor_declaration name: (identifier) @name body: (_) @body
) @definition.constructor
(annotation_type_element_declaration name: (identifier) @name) @definition.method
(field_declaration
  type: (_) @type
  declarator: (variable_declarator name: (identifier) @name value: (_)? @value)
) @definition.field
(constant_declaration
  type: (_) @type
  declarator: (variable_declarator name: (identifier) @name value: (_)? @value)
) @definition.constant
(record_declaration parameters: (formal_parameters (formal_parameter
  type: (_) @type
  name: (identifier) @name) @definition.field))
(enum_constant name: (identifier) @name) @definition.variant

; A type without a name has the members that its body defines, and those of what it is made from.
(object_creation_expression
  type: [
    (type_identifier) @name @interface
    (generic_type . (type_identifier) @name @interface)
    (scoped_type_identifier (type_identifier) @name @interface .)]
  (class_body) @body) @definition.implementation

; What only its own type may use.
(method_declaration (modifiers "private" @private) name: (identifier) @name) @definition.method
(constructor_declaration (modifiers "private" @private) name: (identifier) @name
) @definition.constructor
(field_declaration (modifiers "private" @private)
  declarator: (variable_declarator name: (identifier) @name)) @definition.field
(class_declaration (modifiers "private" @private) name: (identifier) @name) @definition.class
(record_declaration (modifiers "private" @private) name: (identifier) @name) @definition.struct
(interface_declaration (modifiers "private" @private) name: (identifier) @name
) @definition.interface
(enum_declaration (modifiers "private" @private) name: (identifier) @name) @definition.enum
