/// How one JSON value is read: gives the value, or nil with at least one violation recorded.
///
/// Fields are values that compose: `.list(of: .theme(reference), atMost: 8)`.
public struct Field<Value>: Sendable {
  let read: @Sendable (_ json: JSONValue, _ pointer: String, _ violations: inout [Violation]) -> Value?

  init(_ read: @escaping @Sendable (JSONValue, String, inout [Violation]) -> Value?) { self.read = read }
}

// MARK: Texts

extension Field where Value == String {
  /// A single line that is not empty: no line breaks, tabs or other control characters, no direction overrides.
  public static func line(atMost limit: Int) -> Field { text(.line, limit, mayBeEmpty: false) }

  /// A single line, or nothing yet.
  public static func lineOrEmpty(atMost limit: Int) -> Field { text(.line, limit, mayBeEmpty: true) }

  /// One or several lines that are not empty.
  public static func lines(atMost limit: Int) -> Field { text(.lines, limit, mayBeEmpty: false) }

  /// Any number of lines, or nothing yet.
  public static func linesOrEmpty(atMost limit: Int) -> Field { text(.lines, limit, mayBeEmpty: true) }

  private static func text(_ shape: TextShape, _ limit: Int, mayBeEmpty: Bool) -> Field {
    Field { json, pointer, violations in
      guard let text = textValue(json, pointer, &violations),
        let plain = plainText(text, shape, atMost: limit, at: pointer, &violations)
      else { return nil }
      guard mayBeEmpty || !plain.isEmpty else {
        violations.append(.empty(pointer))
        return nil
      }
      return plain
    }
  }
}

/// The text itself, or a violation that asks for one.
func textValue(_ json: JSONValue, _ pointer: String, _ violations: inout [Violation]) -> String? {
  guard let text = json.string else {
    violations.append(.wrongType(pointer, fr: "un texte entre guillemets", en: "a text in quotes"))
    return nil
  }
  return text
}

extension Field {
  /// A text of a certain form, turned into a value; otherwise the violation that the closure makes of it.
  static func parsed(
    _ parse: @escaping @Sendable (String) -> Value?, else violation: @escaping @Sendable (String, String) -> Violation
  ) -> Field {
    Field { json, pointer, violations in
      guard let text = textValue(json, pointer, &violations) else { return nil }
      guard let value = parse(text) else {
        violations.append(violation(pointer, text))
        return nil
      }
      return value
    }
  }
}

extension Field where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One of a closed list of values.
  public static func oneOf(_ type: Value.Type) -> Field { oneOf(Array(Value.allCases)) }
}

extension Field where Value: RawRepresentable & Sendable, Value.RawValue == String {
  /// One of the given values.
  public static func oneOf(_ values: [Value]) -> Field {
    parsed(
      { text in values.first { $0.rawValue == text } },
      else: { .unknownValue($0, $1, known: values.map(\.rawValue)) })
  }
}

// MARK: Numbers and days

extension Field where Value == Int {
  /// A whole number within the range.
  public static func integer(_ range: ClosedRange<Int>) -> Field {
    Field { json, pointer, violations in
      guard case .integer(let number) = json else {
        violations.append(
          .wrongType(pointer, fr: "un nombre entier, sans guillemets", en: "a whole number, without quotes"))
        return nil
      }
      guard let value = Int(exactly: number), range.contains(value) else {
        violations.append(.outOfRange(pointer, "\(number)", from: "\(range.lowerBound)", to: "\(range.upperBound)"))
        return nil
      }
      return value
    }
  }
}

extension Field where Value == Double {
  /// A number within the range.
  public static func decimal(_ range: ClosedRange<Double>) -> Field {
    Field { json, pointer, violations in
      let value: Double
      switch json {
      case .integer(let number): value = Double(number)
      case .number(let number): value = number
      default:
        violations.append(.wrongType(pointer, fr: "un nombre, sans guillemets", en: "a number, without quotes"))
        return nil
      }
      guard range.contains(value) else {
        violations.append(.outOfRange(pointer, "\(value)", from: "\(range.lowerBound)", to: "\(range.upperBound)"))
        return nil
      }
      return value
    }
  }
}

extension Field where Value == Day {
  /// A day that exists, `YYYY-MM-DD`, of 1900 to 2199.
  public static var day: Field {
    parsed(
      { text in Day(text).flatMap { (1900...2199).contains($0.year) ? $0 : nil } },
      else: {
        .invalid(
          $0, "invalid-date", $1, fr: "écrivez un jour qui existe, de 1900 à 2199, sous la forme 2026-11-24",
          en: "write a day that exists, of 1900 to 2199, as in 2026-11-24")
      })
  }
}

extension Field where Value == Money {
  /// An amount of euros that is not negative.
  public static var amount: Field {
    Field { json, pointer, violations in
      guard let text = json.string else {
        violations.append(
          .wrongType(
            pointer, fr: "un montant entre guillemets, comme \"1234.56\"", en: "an amount in quotes, as in \"1234.56\"")
        )
        return nil
      }
      guard let amount = Money(text), amount >= .zero else {
        violations.append(
          .invalid(
            pointer, "invalid-amount", text,
            fr: "écrivez des euros, positifs, avec un point et deux décimales au plus, comme 1234.56",
            en: "write euros, not negative, with a point and at most two decimals, as in 1234.56"))
        return nil
      }
      return amount
    }
  }
}

// MARK: Composition

extension Field {
  /// A list whose items are all different.
  public static func list<Element>(
    of element: Field<Element>, atLeast minimum: Int = 0, atMost maximum: Int
  ) -> Field where Value == [Element] {
    Field { json, pointer, violations in
      guard case .array(let items) = json else {
        violations.append(.wrongType(pointer, fr: "une liste, […]", en: "a list, […]"))
        return nil
      }
      let found = violations.count
      if items.count < minimum { violations.append(.tooFew(pointer, atLeast: minimum)) }
      if items.count > maximum { violations.append(.tooMany(pointer, items.count, atMost: maximum)) }
      var seen: Set<JSONValue> = []
      var values: [Element] = []
      for (index, item) in items.prefix(maximum).enumerated() {
        guard let value = element.read(item, "\(pointer)/\(index)", &violations) else { continue }
        if seen.insert(item).inserted {
          values.append(value)
        } else {
          violations.append(.duplicate("\(pointer)/\(index)", item.string ?? item["name"]?.string ?? "…"))
        }
      }
      return violations.count == found ? values : nil
    }
  }

  /// An object with members of its own.
  public static func object(_ read: @escaping @Sendable (inout FieldReader) -> Value?) -> Field {
    Field { json, pointer, violations in
      var reader = FieldReader(json, at: pointer)
      let value = read(&reader)
      reader.refuseUnknownMembers()
      violations += reader.violations
      return reader.violations.isEmpty ? value : nil
    }
  }
}
