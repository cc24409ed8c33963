//! The shape: GeoJSON in CGCS2000 longitude and latitude, validated, with their area.

use geo::{Area as _, BoundingRect as _, GeodesicArea as _, MultiPolygon, Validation as _};
use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{
    http::{Problem, words},
    values::Area,
};

/// A GeoJSON geometry (RFC 7946) as it was sent.
#[derive(Debug, Clone)]
pub struct Geometry(pub Value);

impl Type for Geometry {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> std::borrow::Cow<'static, str> {
        "Geometry".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let example = json!({"type": "Polygon", "coordinates":
            [[[117.0, 36.6], [117.01, 36.6], [117.01, 36.61], [117.0, 36.6]]]});
        let any = MetaSchemaRef::Inline(Box::new(MetaSchema::ANY));
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            additional_properties: Some(Box::new(any)),
            example: Some(example),
            ..MetaSchema::new("object")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromJSON for Geometry {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        value.map(Self).ok_or_else(ParseError::expected_input)
    }
}

impl ToJSON for Geometry {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.clone())
    }
}

/// The most points a boundary may have.
const POINTS_MAX: usize = 20_000;

/// Checks a GeoJSON geometry and computes the area inside it on the ellipsoid, m².
pub(super) fn area_of(geometry: &Value) -> Result<Area, Problem> {
    let parsed: geojson::Geometry = serde_json::from_value(geometry.clone()).map_err(|e| {
        refuse(
            &format!("不是有效的 GeoJSON：{e}"),
            &format!("not valid GeoJSON: {e}"),
        )
    })?;
    if parsed.foreign_members.is_some() {
        return Err(refuse(
            "只接受 type、coordinates 和 bbox",
            "only type, coordinates and bbox",
        ));
    }
    let shape: MultiPolygon<f64> = match geo::Geometry::<f64>::try_from(parsed) {
        Ok(geo::Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon]),
        Ok(geo::Geometry::MultiPolygon(polygons)) => polygons,
        _ => {
            return Err(refuse(
                "只接受 Polygon 或 MultiPolygon",
                "only Polygon or MultiPolygon",
            ));
        }
    };
    let rings = shape
        .iter()
        .flat_map(|p| p.interiors().iter().chain([p.exterior()]));
    let points: usize = rings.map(|ring| ring.0.len()).sum();
    if points > POINTS_MAX {
        return Err(refuse(
            &format!("最多 {POINTS_MAX} 个点"),
            &format!("at most {POINTS_MAX} points"),
        ));
    }
    // Longitude and latitude of China; metres or swapped axes fall outside.
    let inside = shape.bounding_rect().is_some_and(|r| {
        r.min().x >= 73.0 && r.max().x <= 136.0 && r.min().y >= 3.0 && r.max().y <= 54.0
    });
    if !inside {
        return Err(refuse(
            "坐标须为经度、纬度（CGCS2000，EPSG:4490），位于中国境内",
            "coordinates must be longitude, latitude (CGCS2000, EPSG:4490) inside China",
        ));
    }
    if let Err(flaw) = shape.check_validation() {
        return Err(refuse(
            &format!("图形有误：{flaw}"),
            &format!("the shape is invalid: {flaw}"),
        ));
    }
    if shape.unsigned_area() <= 0.0 {
        return Err(refuse("面积为零", "the area is zero"));
    }
    Decimal::try_from(shape.geodesic_area_unsigned())
        .ok()
        .and_then(|area| Area::from_decimal(area.round_dp(2)).ok())
        .ok_or_else(|| refuse("面积过大", "the area is too large"))
}

fn refuse(zh: &str, en: &str) -> Problem {
    Problem::malformed(
        "boundary-invalid",
        "边界不正确",
        "The boundary is not valid",
    )
    .at("/geometry", words!("{zh}", "{en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: f64, south: f64, east: f64, north: f64) -> Value {
        json!({"type": "Polygon", "coordinates":
            [[[west, south], [east, south], [east, north], [west, north], [west, south]]]})
    }

    #[test]
    fn a_hundredth_of_a_degree_in_jinan_is_about_a_square_kilometre() {
        let area = area_of(&square(117.00, 36.60, 117.01, 36.61)).unwrap();
        let (low, high) = (Decimal::from(985_000), Decimal::from(1_000_000));
        assert!((low..high).contains(&area.as_decimal()), "{area}");
    }

    #[test]
    fn nothing_but_a_shape_is_kept() {
        let mut shape = square(117.00, 36.60, 117.01, 36.61);
        shape["owner"] = json!("张三");
        assert!(area_of(&shape).is_err());
        shape.as_object_mut().unwrap().remove("owner");
        shape["bbox"] = json!([117.00, 36.60, 117.01, 36.61]);
        assert!(area_of(&shape).is_ok());
    }

    #[test]
    fn the_points_of_holes_count_too() {
        let mut shape = square(117.00, 36.60, 117.01, 36.61);
        let hole = [117.005, 36.605];
        let rings = shape["coordinates"].as_array_mut().unwrap();
        rings.push(json!(vec![hole; POINTS_MAX]));
        let refused = area_of(&shape).unwrap_err();
        assert!(refused.field_errors()[0].detail.en.contains("points"));
    }

    #[test]
    fn swapped_axes_metres_lines_and_knots_are_refused() {
        assert!(area_of(&square(36.60, 117.00, 36.61, 117.01)).is_err());
        assert!(area_of(&square(500_000.0, 4_000_000.0, 500_100.0, 4_000_100.0)).is_err());
        assert!(
            area_of(&json!({"type": "LineString", "coordinates": [[117, 36], [118, 36]]})).is_err()
        );
        assert!(area_of(&json!({"type": "Polygon"})).is_err());
        let knot = json!({"type": "Polygon", "coordinates":
            [[[117.0, 36.0], [117.1, 36.1], [117.1, 36.0], [117.0, 36.1], [117.0, 36.0]]]});
        assert!(area_of(&knot).is_err());
    }
}
