import CooperationModel

/// What a column of an export can hold of a declared line.
package enum ExportField: Hashable, Sendable {
  case declared(Declared)
  /// A marker's score; empty when the line was not screened for it.
  case marker(Marker)

  package enum Declared: String, CaseIterable, Sendable {
    /// The declaration's id, which names authority, year and revision: `commune:35051/2025/1`.
    case revision
    /// The line's place in the declaration, from 1.
    case line
    /// Revision and line: `commune:35051/2025/1/3`.
    case lineID = "line-id"
    case year
    /// The year's last day.
    case commitmentDate = "commitment-date"
    case submittedAt = "submitted-at"

    /// The authority as it declared, its name of today.
    case collectivite
    case collectiviteName = "collectivite-name"
    case siren, kind, region
    case regionName = "region-name"

    case category
    case categoryName = "category-name"
    case recipient
    case recipientName = "recipient-name"
    /// ISO 3166-1 alpha-2; empty for a region and for 998.
    case country
    case purpose
    case purposeName = "purpose-name"
    case channel
    case channelName = "channel-name"
    /// In English, whatever the export's language.
    case channelNameEnglish = "channel-name-en"
    case typeOfAid = "type-of-aid"
    case typeOfAidName = "type-of-aid-name"
    /// 1 bilateral, 2 core to a multilateral organisation, 3 core to an NGO.
    case biMulti = "bi-multi"
    /// 1 for technical cooperation that stands on its own; else empty.
    case freeStandingTechnicalCooperation = "free-standing-technical-cooperation"
    /// 1 for what was spent on refugees in France, else 0.
    case isRefugees = "is-refugees"

    /// Euros: `12345.67`.
    case amount
    /// Thousands of euros, exact: `12.34567`.
    case amountThousands = "amount-thousands"
    case title, description, cooperation
  }

  /// Reads a field's name: `amount`, `marker:gender`.
  package init?(_ name: String) {
    if name.hasPrefix("marker:") {
      guard let marker = Marker(rawValue: String(name.dropFirst(7))) else { return nil }
      self = .marker(marker)
    } else {
      guard let declared = Declared(rawValue: name) else { return nil }
      self = .declared(declared)
    }
  }
}

/// One line of a declaration with all that is known of it.
struct ExportLine {
  let declaration: Declaration
  let index: Int
  let line: DeclarationLine
  let authority: Collectivite?
  let reference: ReferenceData
  let language: Language

  func text(_ field: ExportField) -> String {
    switch field {
    case .marker(let marker): line.markers[marker.rawValue].map { "\($0)" } ?? ""
    case .declared(let field): text(field)
    }
  }

  private func text(_ field: ExportField.Declared) -> String {
    switch field {
    case .revision: declaration.id.rawValue
    case .line: "\(index + 1)"
    case .lineID: "\(declaration.id)/\(index + 1)"
    case .year: "\(declaration.id.year)"
    case .commitmentDate: "\(declaration.id.year)-12-31"
    case .submittedAt: declaration.submittedAt.description
    case .collectivite: declaration.id.collectivite.rawValue
    case .collectiviteName: authority?.name ?? ""
    case .siren: authority?.siren ?? ""
    case .kind: declaration.id.collectivite.kind.rawValue
    case .region: authority?.region.map { String($0.code) } ?? ""
    case .regionName: authority?.region.flatMap { reference.registry.name(of: $0) } ?? ""
    case .category: line.category.rawValue
    case .categoryName: CategoryRules.name(of: line.category)[language]
    case .recipient: line.recipient
    case .recipientName: reference.dac.recipients[line.recipient]?.name[language] ?? ""
    case .country: reference.dac.recipients[line.recipient]?.country?.rawValue ?? ""
    case .purpose: line.purpose
    case .purposeName: reference.dac.purposes[line.purpose]?.name[language] ?? ""
    case .channel: line.channel
    case .channelName:
      ReceiptWords(language).channel(line.channel, name: reference.dac.channels[line.channel]?.name[language])
    case .channelNameEnglish: reference.dac.channels[line.channel]?.name.en ?? ""
    case .typeOfAid: line.typeOfAid
    case .typeOfAidName: reference.dac.typesOfAid[line.typeOfAid]?.name[language] ?? ""
    case .biMulti: line.biMulti
    case .freeStandingTechnicalCooperation: line.isFreeStandingTechnicalCooperation ? "1" : ""
    case .isRefugees: line.category == .refugees ? "1" : "0"
    case .amount: line.amount.description
    case .amountThousands: thousands(line.amount)
    case .title: line.title
    case .description: line.description
    case .cooperation: line.cooperation?.rawValue ?? ""
    }
  }

  private func thousands(_ amount: Money) -> String {
    let magnitude = amount.cents.magnitude
    let digits = String(magnitude % 100_000)
    let fraction = String(repeating: "0", count: 5 - digits.count) + digits
    return "\(amount.cents < 0 ? "-" : "")\(magnitude / 100_000).\(fraction)"
  }
}
