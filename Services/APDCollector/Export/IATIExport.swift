import CooperationModel
import ServiceKit

/// Declared lines as IATI 2.03 activities, one each: what the International Aid Transparency Initiative publishes.
///
/// The extending agency of decentralised cooperation reports (`XM-DAC-4-8`), the authority funds (organisation type 11,
/// local government), whoever the channel names carries out. An activity keeps its identifier through all revisions.
/// Like ``DeclarationExport`` a function of the revisions alone: the time that it names is that of the newest of them.
///
/// Source: `iati-activities-schema.xsd` 2.03, whose order of elements is kept here, and its code lists.
package struct IATIExport: Sendable {
  private let declarations: [Declaration]
  private let reference: ReferenceData

  /// - Parameter declarations: one revision of each authority and year.
  package init(_ declarations: [Declaration], with reference: ReferenceData) {
    self.declarations = declarations.sorted { $0.id < $1.id }
    self.reference = reference
  }

  private static let agency = "XM-DAC-4-8"

  package var xml: String {
    let newest = declarations.map(\.submittedAt).max() ?? Instant(milliseconds: 0)
    let activities = declarations.flatMap { declaration in
      declaration.lines.enumerated().map { activity($0.element, $0.offset, declaration) }
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <iati-activities version="2.03" generated-datetime="\(newest)">
      \(activities.joined())</iati-activities>

      """
  }

  private func activity(_ line: DeclarationLine, _ index: Int, _ declaration: Declaration) -> String {
    let id = declaration.id
    var elements = [
      element("iati-identifier", text: identifier(id, index)),
      narrated("reporting-org", "ref=\"\(Self.agency)\" type=\"10\"", "Coopération décentralisée – France"),
      narrated("title", "", line.title),
      narrated("description", "type=\"1\"", line.description.isEmpty ? line.title : line.description),
    ]
    elements += organisations(line, id.collectivite)
    elements.append("<other-identifier ref=\"\(id)/\(index + 1)\" type=\"A1\"/>")
    elements.append("<activity-status code=\"4\"/>")
    elements.append("<activity-date iso-date=\"\(id.year)-01-01\" type=\"2\"/>")
    elements.append("<activity-date iso-date=\"\(id.year)-12-31\" type=\"4\"/>")
    elements.append(recipient(line.recipient))
    elements.append("<sector vocabulary=\"1\" code=\"\(line.purpose)\" percentage=\"100\"/>")
    elements += Marker.allCases.compactMap { marker in
      line.markers[marker.rawValue].map {
        "<policy-marker vocabulary=\"1\" code=\"\(marker.iatiCode)\" significance=\"\($0)\"/>"
      }
    }
    elements.append("<collaboration-type code=\"\(line.biMulti)\"/>")
    elements.append("<default-flow-type code=\"10\"/>")
    elements.append("<default-finance-type code=\"110\"/>")
    elements.append("<default-aid-type code=\"\(line.typeOfAid)\"/>")
    elements.append(
      """
      <transaction><transaction-type code="3"/><transaction-date iso-date="\(id.year)-12-31"/>\
      <value currency="EUR" value-date="\(id.year)-12-31">\(line.amount)</value></transaction>
      """)
    if line.isFreeStandingTechnicalCooperation {
      elements.append("<crs-add><other-flags code=\"1\" significance=\"1\"/></crs-add>")
    }
    let body = elements.map { "  \($0)\n" }.joined()
    return """
      <iati-activity xml:lang="fr" default-currency="EUR" last-updated-datetime="\(declaration.submittedAt)">
      \(body)</iati-activity>

      """
  }

  /// Without the marks that the ruleset forbids (`/`, `&`, `|`, `?`).
  private func identifier(_ id: DeclarationID, _ index: Int) -> String {
    "\(Self.agency)-\(id.collectivite.kind.rawValue)-\(id.collectivite.code)-\(id.year)-\(index + 1)"
  }

  private func organisations(_ line: DeclarationLine, _ collectivite: CollectiviteID) -> [String] {
    let authority = reference.authority(collectivite)
    let siren = authority?.siren.map { "ref=\"FR-INSEE-\($0)\" " } ?? ""
    let name = authority?.name ?? collectivite.rawValue
    let channel = reference.dac.channels[line.channel]?.name.fr ?? line.channel
    return [
      narrated("participating-org", "\(siren)role=\"1\" type=\"11\"", name),
      narrated("participating-org", "role=\"4\" crs-channel-code=\"\(line.channel)\"", channel),
    ]
  }

  /// A country by its ISO code; a region, or “unspecified”, by its DAC code.
  private func recipient(_ code: String) -> String {
    guard let country = reference.dac.recipients[code]?.country else {
      return "<recipient-region vocabulary=\"1\" code=\"\(code)\" percentage=\"100\"/>"
    }
    return "<recipient-country code=\"\(country)\" percentage=\"100\"/>"
  }

  private func element(_ name: String, text: String) -> String { "<\(name)>\(xmlText(text))</\(name)>" }

  private func narrated(_ name: String, _ attributes: String, _ text: String) -> String {
    "<\(name)\(attributes.isEmpty ? "" : " " + attributes)><narrative>\(xmlText(text))</narrative></\(name)>"
  }
}

extension Marker {
  /// Its code in IATI's list of policy markers, which is the DAC's.
  fileprivate var iatiCode: Int {
    switch self {
    case .gender: 1
    case .environment: 2
    case .governance: 3
    case .trade: 4
    case .biodiversity: 5
    case .climateMitigation: 6
    case .climateAdaptation: 7
    case .desertification: 8
    case .maternalHealth: 9
    case .disasterRisk: 10
    case .disability: 11
    case .nutrition: 12
    }
  }
}

extension DeclarationLine {
  /// “Bi/multi”: 2 a core contribution to a multilateral organisation, 3 one to an NGO, else 1, bilateral.
  var biMulti: String { typeOfAid.hasPrefix("B02") ? "2" : typeOfAid == "B01" ? "3" : "1" }

  /// Technical cooperation that stands on its own, training included.
  var isFreeStandingTechnicalCooperation: Bool { ["D02", "E01", "E02"].contains(typeOfAid) }
}

/// A text as XML: HTML escapes what XML does (XML 1.0, 2.4), and leaves out the controls that XML forbids.
private func xmlText(_ text: String) -> String { ("\(text)" as HTML).text }
