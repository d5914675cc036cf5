//! Halves a picture, a JPEG in and out.

use std::io::Cursor;

use base64::{engine::general_purpose::STANDARD, Engine};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::{codecs::jpeg::JpegEncoder, DynamicImage, ImageReader, RgbImage};
use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde::{Deserialize, Serialize};

// What Pillow writes by default.
const QUALITY: u8 = 75;

#[derive(Deserialize)]
struct Event {
    body: String,
}

#[derive(Serialize)]
struct Answer {
    width: u32,
    height: u32,
    body: String,
}

async fn handler(event: LambdaEvent<Event>) -> Result<Answer, Error> {
    let bytes = STANDARD.decode(event.payload.body)?;
    let picture = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?.decode()?;
    let picture = DynamicImage::from(picture.into_rgb8());
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let mut half = DynamicImage::from(RgbImage::new(width, height));
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    Resizer::new().resize(&picture, &mut half, &options)?;
    let mut jpeg = Vec::new();
    half.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, QUALITY))?;
    Ok(Answer {
        width,
        height,
        body: STANDARD.encode(jpeg),
    })
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
