import CooperationModel

/// A declaration as it is shown over HTTP: codes with their names in the reader's language, sums with and without
/// refugees.
package struct DeclarationDocument: Encodable, Equatable, Sendable {
  package let id: DeclarationID
  package let collectivite: CollectiviteID
  package let name: String?
  package let region: NamedCode?
  package let year: Int
  package let revision: Int
  package let status: Declaration.Status
  package let submittedAt: Instant
  package let by: String
  package let amounts: AmountsDocument
  /// Nil in lists.
  package let lines: [Line]?
  /// What is allowed but unlikely; nil in lists.
  package let remarks: [Remark]?

  package struct Line: Encodable, Equatable, Sendable {
    package let category: NamedCode
    package let recipient: NamedCode
    package let country: CountryCode?
    package let purpose: NamedCode
    package let channel: NamedCode
    package let typeOfAid: NamedCode
    package let amount: Money
    package let title: String
    package let description: String
    package let markers: [String: Int]
    package let cooperation: CooperationID?
  }

  package struct Remark: Encodable, Equatable, Sendable {
    package let pointer: String
    package let code: String
    package let message: String
  }

  /// - Parameter remarks: nil for a list's entry, which leaves out the lines too.
  package init(
    _ declaration: Declaration, remarks: [Violation]?, in language: Language, with reference: ReferenceData
  ) {
    let authority = reference.authority(declaration.id.collectivite)
    id = declaration.id
    collectivite = declaration.id.collectivite
    name = authority?.name
    region = authority?.region.map { NamedCode(String($0.code), reference.registry.name(of: $0)) }
    year = declaration.id.year
    revision = declaration.id.revision
    status = declaration.status
    submittedAt = declaration.submittedAt
    by = declaration.by
    amounts = AmountsDocument(Amounts(of: declaration.lines))
    self.remarks = remarks?.map { Remark(pointer: $0.pointer, code: $0.code, message: $0.message[language]) }
    lines =
      remarks == nil
      ? nil
      : declaration.lines.map { line in
        let names = CodeNames(language, reference)
        return Line(
          category: names.category(line.category.rawValue), recipient: names.recipient(line.recipient),
          country: reference.dac.recipients[line.recipient]?.country, purpose: names.purpose(line.purpose),
          channel: names.channel(line.channel), typeOfAid: names.typeOfAid(line.typeOfAid), amount: line.amount,
          title: line.title, description: line.description, markers: line.markers, cooperation: line.cooperation)
      }
  }
}

/// A code and what it means.
package struct NamedCode: Encodable, Equatable, Sendable {
  package let code: String
  package let name: String?

  package init(_ code: String, _ name: String?) {
    self.code = code
    self.name = name
  }
}

/// A sum, always with the refugees' share apart.
package struct AmountsDocument: Encodable, Equatable, Sendable {
  package let total: Money
  package let refugees: Money
  package let withoutRefugees: Money
  package let lines: Int

  package init(_ amounts: Amounts) {
    total = amounts.total
    refugees = amounts.refugees
    withoutRefugees = amounts.withoutRefugees
    lines = amounts.lines
  }
}

/// What codes mean, in one language.
struct CodeNames {
  private let language: Language
  private let reference: ReferenceData

  init(_ language: Language, _ reference: ReferenceData) {
    self.language = language
    self.reference = reference
  }

  func category(_ code: String) -> NamedCode {
    NamedCode(code, DeclarationLine.Category(rawValue: code).map { CategoryRules.name(of: $0)[language] })
  }
  func recipient(_ code: String) -> NamedCode { NamedCode(code, reference.dac.recipients[code]?.name[language]) }
  func purpose(_ code: String) -> NamedCode { NamedCode(code, reference.dac.purposes[code]?.name[language]) }
  func sector(_ code: String) -> NamedCode { NamedCode(code, reference.dac.sectorCategories[code]?.name[language]) }
  func typeOfAid(_ code: String) -> NamedCode { NamedCode(code, reference.dac.typesOfAid[code]?.name[language]) }
  func channel(_ code: String) -> NamedCode {
    NamedCode(code, ReceiptWords(language).channel(code, name: reference.dac.channels[code]?.name[language]))
  }
  func region(_ code: String) -> NamedCode {
    NamedCode(code, CollectiviteID("region:\(code)").flatMap { reference.registry.name(of: $0) })
  }
  func kind(_ code: String) -> NamedCode {
    NamedCode(code, CollectiviteKind(rawValue: code).map { Participation.name(of: $0)[language] })
  }

  func name(of dimension: YearTotals.Dimension, _ code: String) -> NamedCode {
    switch dimension {
    case .recipient: recipient(code)
    case .sector: sector(code)
    case .purpose: purpose(code)
    case .category: category(code)
    case .channel: channel(code)
    case .region: region(code)
    case .kind: kind(code)
    case .typeOfAid: typeOfAid(code)
    }
  }
}
